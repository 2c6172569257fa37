package dev.adjoint.op;

/// An operation on tensors, of one of the three kinds that [dev.adjoint.graph.Dispatch] can run.
public sealed interface Op permits Elementwise, Compute, ViewOp {

  /// The node's name as PyTorch prints it: `MulBackward0`.
  String node();

  /// The name in messages: what the node is called without `Backward` and its number.
  default String label() {
    String node = node();
    int at = node.indexOf("Backward");
    return at < 0 ? node : node.substring(0, at);
  }
}
