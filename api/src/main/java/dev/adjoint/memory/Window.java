package dev.adjoint.memory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A stretch of one thread's work in which elementwise results stay pending, so that they are
/// computed together. When the outermost closes, small results are computed; large ones wait on (see
/// [Deferral]), unless it was opened to leave nothing pending.
///
/// Windows nest, and what waits in an inner one goes on waiting in the outer: so one object per
/// thread, which counts how often it was opened, is all of them.
public final class Window implements AutoCloseable {
  private static final ThreadLocal<Window> OWN = ThreadLocal.withInitial(Window::new);

  private final List<Storage> waiting = new ArrayList<>();
  private final List<Dependents.Entry> outliving = new ArrayList<>();
  private final Pass pass = new Pass();
  private int depth;
  private int passes;

  private Window() {}

  /// A stretch of work that leaves nothing pending behind, as [#openPass] begins one.
  public final class Pass implements AutoCloseable {
    private Pass() {}

    /// Computes what was made so far and somebody holds.
    public void compute() {
      computeOutliving();
    }

    @Override
    public void close() {
      if (--passes == 0) {
        compute();
      }
    }
  }

  /// Starts to hold results back on this thread, until closed.
  public static Window open() {
    Window w = OWN.get();
    w.depth++;
    return w;
  }

  /// Starts a stretch at whose end everything is computed that was made in it and that somebody holds,
  /// as a walk back through the graph is.
  public static Pass openPass() {
    Window w = OWN.get();
    w.passes++;
    return w.pass;
  }

  /// Whether this thread is in a stretch of [#openPass].
  static boolean isInPass() {
    return OWN.get().passes > 0;
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

  /// Tells that a value waits which outlives windows, so that a pass can compute it at its end.
  static void outlives(Dependents.Entry value) {
    Window w = OWN.get();
    if (w.passes > 0) {
      w.outliving.add(value);
    }
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
      Realization.ofAll(waiting);
    } finally {
      // A failed stretch leaves nothing waiting behind either: the next reader computes it.
      waiting.clear();
    }
  }

  private void computeOutliving() {
    if (outliving.isEmpty()) {
      return;
    }
    List<Storage> values = new ArrayList<>();
    try {
      for (Dependents.Entry e : outliving) {
        Storage s = e.get();
        if (s != null && s.isPending() && s.isHeld() && s.tryRetain()) {
          values.add(s);
        }
      }
      outliving.clear();
      Realization.ofAll(values);
    } finally {
      values.forEach(Storage::release);
    }
  }

  @Override
  public void close() {
    if (--depth == 0) {
      compute();
    }
  }
}
