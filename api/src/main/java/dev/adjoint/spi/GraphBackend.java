package dev.adjoint.spi;

import java.util.List;

/// A backend that queues many launches for less than they cost one by one.
public interface GraphBackend extends Backend {

  /// Prepares launches, each of which has run before, and runs none. Their operands' memory stays the
  /// caller's, who keeps it until the graph is closed.
  ExecutableGraph instantiate(List<Launch> launches);
}
