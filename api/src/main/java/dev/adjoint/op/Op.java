package dev.adjoint.op;

import java.util.List;

/// An operation on tensors, of one of the three kinds that [dev.adjoint.graph.Dispatch] can run.
public sealed interface Op permits Elementwise, Compute, ViewOp {

  /// The node's name as PyTorch prints it: `MulBackward0`.
  String node();

  /// What PyTorch calls the inputs where it shows saved tensors; those beyond are called by their position.
  default List<String> operands() {
    return List.of("self", "other");
  }

  /// What PyTorch calls a result where it shows saved tensors.
  ///
  /// @param of so many
  default String result(int index, int of) {
    return of == 1 ? "result" : "result" + index;
  }

  /// The name in messages: what the node is called without `Backward` and its number.
  default String label() {
    String node = node();
    int at = node.indexOf("Backward");
    return at < 0 ? node : node.substring(0, at);
  }
}
