package dev.adjoint.type;

/// Says: a tensor that was used after it was closed.
public final class ClosedException extends TensorException {
  private static final long serialVersionUID = 1L;

  public ClosedException(String message) {
    super(message);
  }
}
