package dev.adjoint.op;

import dev.adjoint.Tensor;
import dev.adjoint.type.DType;
import java.util.ArrayList;
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

  /// Whether float16 and bfloat16 need not become float32 first, forward and backward: elements are
  /// only moved, or the operation sees to them itself.
  default boolean takesHalves() {
    return false;
  }

  /// [#forward], with halves as float32 unless the operation takes them; its results are rounded once.
  default List<Tensor> compute(List<Tensor> inputs) {
    DType type = DType.BOOL;
    boolean anyHalf = false;
    for (Tensor t : inputs) {
      anyHalf |= t.dtype().isHalf();
      type = t.dtype().isFloating() ? type.promote(t.dtype()) : type;
    }
    if (!anyHalf || takesHalves()) {
      return forward(inputs);
    }
    List<Tensor> wide = new ArrayList<>(inputs);
    wide.replaceAll(t -> t.to(t.dtype().arithmetic()));
    List<Tensor> results = new ArrayList<>(forward(wide));
    DType rounded = type;
    results.replaceAll(t -> t.dtype() == DType.FLOAT32 ? t.to(rounded) : t);
    return results;
  }

  /// Whether a result of a floating type is differentiable.
  default boolean differentiable(int output) {
    return true;
  }
}
