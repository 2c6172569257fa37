package dev.adjoint.op;

import dev.adjoint.Tensor;
import dev.adjoint.memory.layout.Layout;
import dev.adjoint.type.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An operation whose results are other layouts over the same memory; it runs no kernel.
public non-sealed interface ViewOp extends Op {

  /// The results' layouts. Pure: applied again to replay the view on another base of the same shape.
  List<Layout> layouts(Layout input);

  /// The input's gradient.
  ///
  /// @param gradients one per result; null where nothing depends on it, but not all of them
  Tensor backward(List<@Nullable Tensor> gradients, Shape input);

  /// The operation that yields one of several results alone, so that it can be replayed without them.
  default ViewOp single(int result) {
    return this;
  }
}
