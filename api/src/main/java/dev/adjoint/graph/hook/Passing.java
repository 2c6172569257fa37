package dev.adjoint.graph.hook;

import dev.adjoint.graph.EagerTensor;
import dev.adjoint.graph.Node;
import java.util.function.Supplier;

/// A backward pass, as hooks see it.
public interface Passing {

  /// Whether this pass runs the hooks of a node, be it done or still to come.
  boolean reaches(Node node);

  /// Takes the gradient of a tensor that retains it, which stays the caller's.
  void retain(EagerTensor tensor, EagerTensor gradient);

  /// What a hook remembers until this pass ends.
  <T> T remembered(Object hook, Class<T> type, Supplier<T> first);
}
