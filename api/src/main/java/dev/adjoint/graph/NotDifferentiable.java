package dev.adjoint.graph;

import dev.adjoint.type.GraphException;
import org.jspecify.annotations.Nullable;

/// The node of a value whose derivative is unknown: a backward that needs it fails, instead of missing a
/// term.
final class NotDifferentiable extends Node {
  private final String reason;

  /// @param reached what the value depends on, so that a walk to any of it comes here
  NotDifferentiable(String reason, Slot[] reached, int outputs) {
    super(nextSequence(), reached, outputs);
    this.reason = reason;
  }

  @Override
  public String name() {
    return "Error";
  }

  @Override
  @Nullable EagerTensor[] apply(@Nullable EagerTensor[] gradients) {
    throw new GraphException(reason);
  }
}
