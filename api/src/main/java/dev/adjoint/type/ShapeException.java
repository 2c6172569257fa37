package dev.adjoint.type;

/// Says: shapes, strides or sizes that do not fit the operation.
public final class ShapeException extends TensorException {
  private static final long serialVersionUID = 1L;

  public ShapeException(String message) {
    super(message);
  }
}
