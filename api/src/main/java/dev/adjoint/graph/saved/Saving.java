package dev.adjoint.graph.saved;

import dev.adjoint.graph.mode.ModeCarrier;
import dev.adjoint.type.GraphException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// How this thread saves tensors: what the scopes around the call have said.
///
/// @param hooks the innermost hooks, null for none
/// @param disabled why no scope of hooks may be entered, null when it may
/// @param copiesOnWrite whether what is saved stays as it is when its memory is written
public record Saving(
    @Nullable SavedTensorHooks hooks, @Nullable String disabled, boolean copiesOnWrite) {
  private static final Saving PLAIN = new Saving(null, null, false);
  private static final ScopedValue<Saving> SCOPE = ScopedValue.newInstance();

  /// Open scopes of all threads. Read without a lock: a thread inside a scope sees its own count.
  private static int open;

  /// Null when no scope has said anything, which is found without a look at what is bound.
  public static @Nullable Saving active() {
    return open == 0 || !SCOPE.isBound() ? null : SCOPE.get();
  }

  private static Saving current() {
    return SCOPE.orElse(PLAIN);
  }

  /// Whether hooks are set.
  public static boolean packs() {
    Saving s = active();
    return s != null && s.hooks != null;
  }

  /// Runs with hooks; of nested scopes the innermost counts.
  public static <T extends @Nullable Object> T hooked(SavedTensorHooks hooks, Supplier<T> body) {
    Saving s = current();
    if (s.disabled != null) {
      throw new GraphException(s.disabled);
    }
    return run(new Saving(hooks, null, s.copiesOnWrite), body);
  }

  /// Runs so that nobody can enter a scope of hooks.
  public static <T extends @Nullable Object> T unhooked(String message, Supplier<T> body) {
    if (packs()) {
      throw new GraphException(message);
    }
    return run(new Saving(null, message, current().copiesOnWrite), body);
  }

  /// Runs what saves nothing for long, and so is not shown to the hooks around it.
  public static <T extends @Nullable Object> T hidden(Supplier<T> body) {
    return packs() ? run(new Saving(null, null, current().copiesOnWrite), body) : body.get();
  }

  /// Runs so that what is saved inside stays as it is.
  public static <T extends @Nullable Object> T copiesOnWrite(Supplier<T> body) {
    Saving s = current();
    return run(new Saving(s.hooks, s.disabled, true), body);
  }

  /// How this thread saves, for another thread.
  public static ModeCarrier captured() {
    Saving saving = current();
    return new ModeCarrier() {
      @Override
      public <T extends @Nullable Object> T run(Supplier<T> body) {
        return saving.equals(current()) ? body.get() : Saving.run(saving, body);
      }
    };
  }

  private static <T extends @Nullable Object> T run(Saving scope, Supplier<T> body) {
    count(1);
    try {
      return ScopedValue.where(SCOPE, scope).call(body::get);
    } finally {
      count(-1);
    }
  }

  private static synchronized void count(int change) {
    open += change;
  }
}
