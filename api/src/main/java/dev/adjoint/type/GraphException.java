package dev.adjoint.type;

/// Says: a graph that cannot be recorded, walked or changed as asked.
public final class GraphException extends TensorException {
  private static final long serialVersionUID = 1L;

  public GraphException(String message) {
    super(message);
  }
}
