package dev.adjoint.type;

/// Says: element types that the operation does not take.
public final class DTypeException extends TensorException {
  private static final long serialVersionUID = 1L;

  public DTypeException(String message) {
    super(message);
  }
}
