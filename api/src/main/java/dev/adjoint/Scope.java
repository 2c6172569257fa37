package dev.adjoint;

import dev.adjoint.graph.EagerTensor;
import dev.adjoint.graph.HandleScope;

/// Closes every tensor made on this thread since it was opened, except those kept: with
/// try-with-resources around a training step, memory goes back at once instead of when the collector
/// runs.
///
/// It closes handles, not memory: a graph, an optimiser's state or a leaf's `.grad` that still needs
/// the elements keeps them. Scopes nest.
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

  /// Closes what was made and not kept. Once is enough.
  ///
  /// @throws dev.adjoint.type.GraphException on another thread than the one that opened it, and while a
  ///     scope that was opened later is open
  @Override
  public void close() {
    handles.closeForUser();
  }
}
