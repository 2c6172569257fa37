package dev.adjoint.autograd;

import dev.adjoint.Tensor;
import dev.adjoint.graph.CheckpointNode;
import java.util.List;
import java.util.function.UnaryOperator;

/// Trades time for memory: what a function computes between its inputs and its results is not kept for
/// backward but computed again there. PyTorch's `torch.utils.checkpoint` with `use_reentrant=False`.
/// ```java
/// for (UnaryOperator<Tensor> block : blocks) {
///   x = Checkpoint.checkpoint(block, x); // the graph holds one tensor per block
/// }
/// ```
/// Gradients reach the inputs and everything else the function uses, such as a module's parameters, by
/// `backward`, by `grad` and in any order; hooks on them run once. The function must do the same each time:
/// random numbers are drawn again from the same place of the stream, and operations, shapes and types are
/// compared. While it runs again the stream of [dev.adjoint.Tensors#manualSeed] stands back, so no other
/// thread should draw. Checkpoints nest; each nesting computes once more.
public final class Checkpoint {
  private Checkpoint() {}

  /// Calls a function of one tensor so.
  ///
  /// @throws dev.adjoint.type.GraphException in backward, when the function did something else
  public static Tensor checkpoint(UnaryOperator<Tensor> f, Tensor x) {
    return checkpoint(in -> List.of(f.apply(in.getFirst())), List.of(x)).getFirst();
  }

  /// Calls a function of several tensors so.
  @SuppressWarnings("overloads") // the list tells which is meant
  public static List<Tensor> checkpoint(
      UnaryOperator<List<Tensor>> f, List<? extends Tensor> inputs) {
    return CheckpointNode.run(f, inputs);
  }
}
