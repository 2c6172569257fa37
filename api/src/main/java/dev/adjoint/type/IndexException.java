package dev.adjoint.type;

/// Says: a dimension or an index outside its range.
public final class IndexException extends TensorException {
  private static final long serialVersionUID = 1L;

  public IndexException(String message) {
    super(message);
  }
}
