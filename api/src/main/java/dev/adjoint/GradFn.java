package dev.adjoint;

import dev.adjoint.autograd.SavedTensor;
import dev.adjoint.graph.Node;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// A node of the recorded graph: the function that carries gradients back through one operation.
public sealed interface GradFn permits Node {

  /// `AddBackward0`, as PyTorch prints it.
  String name();

  /// Where each input's gradient goes, in the order of the operation's inputs.
  List<Edge> nextFunctions();

  /// What this saved for its formula, under the names that PyTorch gives it: `self`, `other`, `result`. What a
  /// [dev.adjoint.autograd.Function] saved has its position as a name, `0`.
  ///
  /// @throws dev.adjoint.type.GraphException when it was given back, which backward does unless the graph is
  ///     retained
  SequencedMap<String, SavedTensor> savedTensors();

  /// An input of the forward operation: who made it, and as which of its results.
  ///
  /// @param function null when the input needs no gradient
  /// @param index which result of that function's operation the input was
  record Edge(@Nullable GradFn function, int index) {}
}
