package dev.adjoint.graph;

import org.jspecify.annotations.Nullable;

/// The end of the walk at a leaf: adds what arrives to the leaf's `.grad`.
final class AccumulateGrad extends Node {
  private static final Slot[] NOWHERE = {};
  final EagerTensor leaf;

  AccumulateGrad(EagerTensor leaf) {
    super(FIRST, NOWHERE, 1);
    this.leaf = leaf;
  }

  @Override
  public String name() {
    return "torch::autograd::AccumulateGrad";
  }

  @Override
  @Nullable EagerTensor[] apply(@Nullable EagerTensor[] gradients) {
    EagerTensor g = gradients[0];
    if (g != null && leaf.requiresGrad()) {
      CollectedGrad.add(leaf, g, true);
    }
    return new EagerTensor[0];
  }

  @Override
  public String toString() {
    return super.toString().replace("torch::autograd::", "");
  }
}
