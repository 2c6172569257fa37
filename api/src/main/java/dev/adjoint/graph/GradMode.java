package dev.adjoint.graph;

import java.util.function.Supplier;

/// Whether operations are recorded. Bound to a call, so it cannot leak; a new thread starts enabled.
public final class GradMode {
  private static final ScopedValue<Boolean> ENABLED = ScopedValue.newInstance();

  private GradMode() {}

  public static boolean isEnabled() {
    return !ENABLED.isBound() || ENABLED.get();
  }

  /// Runs with recording on or off, whatever surrounds it.
  public static <T extends @org.jspecify.annotations.Nullable Object> T with(
      boolean enabled, Supplier<T> body) {
    return ScopedValue.where(ENABLED, enabled).call(body::get);
  }
}
