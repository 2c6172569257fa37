package dev.adjoint.op;

import dev.adjoint.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A structured operation: a record of its arguments, run with recording off.
public non-sealed interface Compute extends Op {

  /// Computes the results with tensor methods and kernels. Checks shapes and types before anything
  /// is allocated. Temporary tensors need no closing.
  List<Tensor> forward(List<Tensor> inputs);

  /// What backward reads, given which inputs need a gradient: a union of [Derivative#INPUT_0] and so
  /// on; input i is bit i, result i is bit 8 + i.
  int saves(boolean[] needs);

  /// The inputs' gradients from the results'; null for none. Called only if some gradient is given.
  ///
  /// @param gradients one per result; null where nothing depends on it
  List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved);

  /// Whether a result of a floating type is differentiable.
  default boolean differentiable(int output) {
    return true;
  }
}
