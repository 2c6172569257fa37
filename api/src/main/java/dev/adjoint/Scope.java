package dev.adjoint;

import dev.adjoint.graph.EagerTensor;
import dev.adjoint.graph.HandleScope;

/// Closes every tensor made on this thread since it was opened, except those kept: with
/// try-with-resources around a training step, memory goes back at once instead of when the collector
/// runs.
///
/// It closes handles, not memory: a graph, an optimiser's state or a leaf's `.grad` that still needs
/// the elements keeps them. Scopes nest; each must be closed on the thread that opened it.
public final class Scope implements AutoCloseable {
  private final HandleScope handles = HandleScope.openForUser();

  private Scope() {}

  public static Scope open() {
    return new Scope();
  }

  /// Leaves a tensor open when this closes; an outer scope takes charge of it.
  public <T extends Tensor> T keep(T tensor) {
    if (tensor instanceof EagerTensor t) {
      handles.pass(t);
    }
    return tensor;
  }

  @Override
  public void close() {
    handles.close();
  }
}
