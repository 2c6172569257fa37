package dev.adjoint.graph.trace;

import dev.adjoint.graph.mode.ModeCarrier;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Whether nodes remember the line that recorded them. A stack walk costs more than an operation, so it
/// is off unless the property `adjoint.tracing` is true or a scope is open.
public final class Tracing {

  private static final boolean ALWAYS = Boolean.getBoolean("adjoint.tracing");

  /// In each scope, the node whose formula runs, if one does.
  private static final ScopedValue<Optional<Trace.Inducer>> SCOPE = ScopedValue.newInstance();

  /// Open scopes of all threads. Read without a lock: a thread inside a scope sees its own count.
  private static int open = ALWAYS ? 1 : 0;

  private Tracing() {}

  /// Runs with tracing on.
  public static <T extends @Nullable Object> T with(Supplier<T> body) {
    count(1);
    try {
      return ScopedValue.where(SCOPE, SCOPE.orElse(Optional.empty())).call(body::get);
    } finally {
      count(-1);
    }
  }

  /// Runs a node's formula while tracing is on: what it records is traced to the node too.
  public static <T extends @Nullable Object> T within(
      String node, @Nullable Trace trace, Supplier<T> formula) {
    return ScopedValue.where(SCOPE, Optional.of(new Trace.Inducer(node, trace))).call(formula::get);
  }

  /// Whether this thread traces, for another thread; what is traced there anyway stays so.
  public static ModeCarrier captured() {
    boolean on = isOn();
    return new ModeCarrier() {
      @Override
      public <T extends @Nullable Object> T run(Supplier<T> body) {
        return on ? with(body) : body.get();
      }
    };
  }

  private static synchronized void count(int change) {
    open += change;
  }

  /// Whether nodes recorded now remember where.
  public static boolean isOn() {
    return open != 0 && (ALWAYS || SCOPE.isBound());
  }

  /// The call that is being made, or null while tracing is off.
  public static @Nullable Trace here() {
    return open != 0 ? traced() : null;
  }

  private static @Nullable Trace traced() {
    if (!isOn()) {
      return null;
    }
    return Trace.capture(SCOPE.orElse(Optional.empty()).orElse(null));
  }

  /// An operation's name, with its place while tracing is on.
  public static String located(String operation) {
    Trace trace = here();
    return trace == null ? operation : operation + " at " + trace;
  }

  /// The sentence with which messages end that name a node.
  public static String recorded(@Nullable Trace trace) {
    return trace == null
        ? " To see the line that recorded it, run with -Dadjoint.tracing=true or inside"
            + " Autograd.tracing(...)."
        : " It was recorded at " + trace + ".";
  }
}
