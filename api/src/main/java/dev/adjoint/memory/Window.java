package dev.adjoint.memory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A stretch of one thread's work in which elementwise results stay pending, so that they are
/// computed together. While none is open every result is computed at once.
///
/// Windows nest, and what waits in an inner one goes on waiting in the outer: so one object per
/// thread, which counts how often it was opened, is all of them.
public final class Window implements AutoCloseable {
  private static final ThreadLocal<Window> OWN = ThreadLocal.withInitial(Window::new);

  private final List<Storage> waiting = new ArrayList<>();
  private int depth;

  private Window() {}

  /// Starts to hold results back on this thread, until closed.
  public static Window open() {
    Window w = OWN.get();
    w.depth++;
    return w;
  }

  /// The window in which results of this thread are to stay pending; null when none is open.
  static @Nullable Window current() {
    Window w = OWN.get();
    return w.depth == 0 ? null : w;
  }

  /// Leaves a value pending until the outermost window computes.
  void offer(Storage storage) {
    waiting.add(storage);
  }

  /// Computes everything that waits on this thread; something is about to be written.
  static void flush() {
    OWN.get().compute();
  }

  /// Computes everything that waits, but some values that their holder will not read any more.
  static void flushExcept(Storage[] values) {
    Window w = OWN.get();
    w.waiting.removeAll(Arrays.asList(values));
    w.compute();
  }

  /// Computes what is still wanted: what nobody holds is never computed or stored.
  private void compute() {
    if (waiting.isEmpty()) {
      return;
    }
    waiting.removeIf(s -> !s.isPending() || !s.isWanted());
    try {
      Fusion.realizeAll(waiting);
    } finally {
      // A failed stretch leaves nothing waiting behind either: the next reader computes it.
      waiting.clear();
    }
  }

  @Override
  public void close() {
    if (--depth == 0) {
      compute();
    }
  }
}
