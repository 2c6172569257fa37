package dev.adjoint;

import dev.adjoint.graph.Node;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A node of the recorded graph: the function that carries gradients back through one operation.
public sealed interface GradFn permits Node {

  /// `AddBackward0`, as PyTorch prints it.
  String name();

  /// Where each input's gradient goes, in the order of the operation's inputs.
  List<Edge> nextFunctions();

  /// An input of the forward operation: who made it, and as which of its results.
  ///
  /// @param function null when the input needs no gradient
  /// @param index which result of that function's operation the input was
  record Edge(@Nullable GradFn function, int index) {}
}
