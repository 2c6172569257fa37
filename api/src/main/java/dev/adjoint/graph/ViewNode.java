package dev.adjoint.graph;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.type.DType;
import dev.adjoint.type.Shape;
import org.jspecify.annotations.Nullable;

/// The node of a view whose base was overwritten after the view was made: puts the gradient into its
/// place in zeros of the base's shape.
final class ViewNode extends Node {
  private final ViewInfo view;
  private final Shape shape;
  private final DType type;

  ViewNode(EagerTensor base, ViewInfo view) {
    super(nextSequence(), new Slot[] {base.gradientSlot()}, 1);
    this.view = view;
    this.shape = base.shape();
    this.type = base.dtype();
  }

  @Override
  public String name() {
    return "AsStridedBackward0";
  }

  @Override
  @Nullable EagerTensor[] apply(@Nullable EagerTensor[] gradients) {
    EagerTensor g = gradients[0];
    if (g == null) {
      return new EagerTensor[1];
    }
    try (HandleScope _ = HandleScope.open()) {
      Tensor whole = Tensors.zeros(shape, type, g.device());
      view.replay(whole).copy_(g);
      HandleScope.free((EagerTensor) whole);
      return new EagerTensor[] {(EagerTensor) whole};
    }
  }
}
