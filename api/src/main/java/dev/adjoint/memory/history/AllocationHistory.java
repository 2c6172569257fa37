package dev.adjoint.memory.history;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Whether memory remembers who asked for it. A stack walk costs more than an operation, so it is off
/// unless the property `adjoint.memory.history` is true or somebody turns it on.
public final class AllocationHistory {

  /// The name of the node whose formula runs.
  static final ScopedValue<String> NODE = ScopedValue.newInstance();

  /// Read without a lock: other threads may record for a moment longer, or begin a moment later.
  private static boolean on = Boolean.getBoolean("adjoint.memory.history");

  private AllocationHistory() {}

  public static boolean isOn() {
    return on;
  }

  public static void record(boolean wanted) {
    on = wanted;
  }

  /// Runs a node's formula: what asks for memory in it is called by the node's name.
  public static <T extends @Nullable Object> T within(String node, Supplier<T> formula) {
    return ScopedValue.where(NODE, node).call(formula::get);
  }
}
