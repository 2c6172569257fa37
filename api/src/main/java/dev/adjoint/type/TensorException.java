package dev.adjoint.type;

/// The root of everything Adjoint throws for a wrong use of tensors; unchecked. Messages begin with
/// PyTorch's first sentence where PyTorch has one, then say what to do.
public abstract sealed class TensorException extends RuntimeException
    permits ShapeException,
        DTypeException,
        IndexException,
        DeviceException,
        GraphException,
        ClosedException {
  private static final long serialVersionUID = 1L;

  TensorException(String message) {
    super(message);
  }
}
