package dev.adjoint.memory;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A stretch of one thread's work in which elementwise results stay pending, so that they are
/// computed together. While none is open every result is computed at once.
public final class Window implements AutoCloseable {
  private static final ThreadLocal<@Nullable Window> CURRENT = new ThreadLocal<>();

  private final @Nullable Window outer = CURRENT.get();
  private List<Storage> waiting = new ArrayList<>();

  private Window() {}

  /// Starts to hold results back on this thread, until closed.
  public static Window open() {
    Window w = new Window();
    CURRENT.set(w);
    return w;
  }

  /// Whether results of this thread are to stay pending.
  static boolean isOpen() {
    return CURRENT.get() != null;
  }

  /// Leaves a value pending until the innermost window computes.
  static void offer(Storage storage) {
    requireNonNull(CURRENT.get()).waiting.add(storage);
  }

  /// Computes everything that waits on this thread; something is about to be written.
  static void flush() {
    for (Window w = CURRENT.get(); w != null; w = w.outer) {
      w.compute();
    }
  }

  /// Computes everything that waits, but some values that their holder will not read any more.
  static void flushExcept(Storage[] values) {
    for (Window w = CURRENT.get(); w != null; w = w.outer) {
      w.waiting.removeAll(Arrays.asList(values));
      w.compute();
    }
  }

  /// Computes what is still wanted: what nobody holds is never computed or stored.
  public void compute() {
    List<Storage> wanted = new ArrayList<>();
    for (Storage s : waiting) {
      if (s.isPending() && s.isWanted()) {
        wanted.add(s);
      }
    }
    waiting = new ArrayList<>();
    Fusion.realizeAll(wanted);
  }

  @Override
  public void close() {
    if (outer == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(outer);
    }
    // A failed stretch leaves nothing pending behind either: the next reader computes it.
    if (outer != null) {
      outer.waiting.addAll(waiting);
    } else {
      compute();
    }
  }
}
