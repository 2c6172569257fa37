package dev.adjoint;

import dev.adjoint.autograd.SavedTensor;
import dev.adjoint.graph.Node;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import dev.adjoint.type.Shape;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
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

  /// What a result of the forward operation looked like, which is what its gradient looks like.
  ///
  /// @throws dev.adjoint.type.GraphException for a result that is not differentiable
  /// @throws IndexOutOfBoundsException when there is no such result
  Metadata metadata(int outputNr);

  /// A gradient's shape, type and place.
  record Metadata(Shape shape, DType dtype, Device device) {
    public static Metadata of(Tensor tensor) {
      return new Metadata(tensor.shape(), tensor.dtype(), tensor.device());
    }
  }

  /// Calls a function before this node's formula runs, with the gradients of the operation's results, null
  /// where there is none. Hooks of those tensors have run. What it returns, unless null, takes their place:
  /// a list of the same length, null for no gradient.
  ///
  /// It runs in each pass that runs the formula: not in [Autograd#grad] for a tensor of this node.
  HookHandle registerPrehook(UnaryOperator<@Nullable List<@Nullable Tensor>> hook);

  /// Calls a function after this node's formula has run, with the gradients of the operation's inputs and
  /// those of its results, null where there is none. What it returns, unless null, takes the place of the
  /// former. A leaf's accumulator, which [#nextFunctions] shows, has no inputs: its first list is empty,
  /// and the leaf has collected.
  HookHandle registerHook(BinaryOperator<@Nullable List<@Nullable Tensor>> hook);
}
