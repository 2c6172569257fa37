package dev.adjoint.graph.mode;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A mode as it was on one thread, to be set on another.
public interface ModeCarrier {

  /// Runs with the mode.
  <T extends @Nullable Object> T run(Supplier<T> body);
}
