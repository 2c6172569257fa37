package dev.adjoint.memory;

import dev.adjoint.memory.Fusion.Source;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A stretch of one thread's work in which elementwise results stay pending, so that they are
/// computed together. When the outermost closes, small results are computed; large ones wait on (see
/// [Deferral]), unless it was opened to leave nothing pending. In a walk back small results wait for its
/// end where the device compiles nothing, so that the formulas of neighbouring nodes are one launch.
///
/// Windows nest, and what waits in an inner one goes on waiting in the outer: so one object per
/// thread, which counts how often it was opened, is all of them.
public final class Window implements AutoCloseable {
  private static final ThreadLocal<Window> OWN = ThreadLocal.withInitial(Window::new);

  /// How many results of closed windows wait in a walk.
  private static final int MOST = 64;

  private final List<Storage> waiting = new ArrayList<>();

  // Kept values and what they read, each held once by this and not by each of them.
  private final List<Storage> held = new ArrayList<>();

  // This as long as it holds the same; another object after.
  private Counted.Claimant claimant = new Counted.Claimant();

  private final List<Dependents.Entry> outliving = new ArrayList<>();
  private final WaitingSums sums = new WaitingSums();
  private final Pass pass = new Pass(0);
  private final Pass walk = new Pass(1);

  // How many instructions and operands computing all that waits takes at most, shared ones once.
  private int rows;
  private int reads;

  private int depth;
  private int passes;
  private int walks;

  /// Whether something waits that no walk keeps.
  private boolean closes;

  private Window() {}

  /// A stretch of work that leaves nothing pending behind, as [#openPass] begins one.
  public final class Pass implements AutoCloseable {
    private final int walk;

    private Pass(int walk) {
      this.walk = walk;
    }

    private Pass open() {
      passes++;
      walks += walk;
      return this;
    }

    /// Computes what was made so far and somebody holds.
    public void compute() {
      computeKept();
      computeOutliving();
      if (passes == 1) {
        sums.compute();
      }
    }

    @Override
    public void close() {
      walks -= walk;
      passes--;
      computeKept();
      if (passes == 0) {
        computeOutliving();
      }
    }

    private void computeKept() {
      if (depth == 0) {
        finish();
      }
    }
  }

  /// Starts to hold results back on this thread, until closed.
  public static Window open() {
    Window w = OWN.get();
    w.depth++;
    return w;
  }

  /// Starts a stretch at whose end everything is computed that was made in it and that somebody holds.
  public static Pass openPass() {
    return OWN.get().pass.open();
  }

  /// Starts a walk back through the graph, which is such a stretch.
  public static Pass openWalk() {
    return OWN.get().walk.open();
  }

  /// Calls the user's code in the midst of a walk: nothing waits meanwhile, so that whatever it does to
  /// memory, on any thread, comes after what was recorded before.
  public static <T extends @Nullable Object> T outsideWalks(Supplier<T> body) {
    Window w = OWN.get();
    int left = w.walks;
    if (left == 0) {
      return body.get();
    }
    w.finish();
    w.walks = 0;
    try {
      return body.get();
    } finally {
      w.walks = left;
    }
  }

  /// Whether a value would wait for the end of this thread's walk.
  public static boolean keeps(Storage value) {
    return OWN.get().walks > 0 && Deferral.isKept(value.device(), value.elements());
  }

  /// Whether this thread is in a walk.
  static boolean isInWalk() {
    return OWN.get().walks > 0;
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
  ///
  /// @param kept whether it is a [Pending#kept]
  void offer(Storage fresh, boolean kept) {
    waiting.add(fresh);
    if (kept) {
      fresh.retainUnseen(claimant);
      held.add(fresh);
      rows++;
    } else {
      closes = true;
      count(fresh);
    }
  }

  /// Holds what a kept value reads.
  void hold(Storage source) {
    if (source.retainFor(claimant)) {
      held.add(source);
      count(source);
    }
  }

  private void count(Storage value) {
    rows += value.pendingWeight();
    reads += value.leaves();
  }

  /// Whether one more kept value, which reads these, may be too much for one program.
  boolean isFullWith(Source[] sources) {
    return rowsWith(sources) > Realization.MAX_INSTRUCTIONS
        || readsWith(sources) > Realization.MAX_LEAVES;
  }

  /// How many instructions would be waiting at most, were one more kept that reads these.
  int rowsWith(Source[] sources) {
    int all = rows + 1;
    for (Source s : sources) {
      all += s.storage().isHeldFor(claimant) ? 0 : s.storage().pendingWeight();
    }
    return all;
  }

  /// As [#rowsWith], of operands.
  int readsWith(Source[] sources) {
    int all = reads;
    for (Source s : sources) {
      all += s.storage().isHeldFor(claimant) ? 0 : s.storage().leaves();
    }
    return all;
  }

  /// Tells that a value waits which outlives windows, so that a pass can compute it at its end.
  static void outlives(Dependents.Entry value) {
    Window w = OWN.get();
    if (w.passes > 0) {
      w.outliving.add(value);
    }
  }

  /// This thread's.
  static WaitingSums sums() {
    return OWN.get().sums;
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
  void compute() {
    closes = false;
    if (waiting.isEmpty()) {
      return;
    }
    waiting.removeIf(s -> !isDue(s));
    try {
      Realization.ofAll(waiting, rows, reads);
    } finally {
      // A failed stretch leaves nothing waiting behind either: the next reader computes it.
      waiting.clear();
      letGo();
    }
  }

  private void finish() {
    compute();
    letGo();
  }

  private boolean isDue(Storage s) {
    return s.isPending() && (s.isHeldFor(claimant) ? !s.isUnshared() : s.isWanted());
  }

  /// Ends the claims on kept values and what they read, last ones first: those that somebody else holds
  /// and that were not computed then hold what was made before.
  private void letGo() {
    claimant = new Counted.Claimant();
    rows = 0;
    reads = 0;
    while (!held.isEmpty()) {
      Storage s = held.removeLast();
      Pending p = s.pending();
      if (p != null && !s.isUnshared()) {
        p.standAlone();
      }
      s.release();
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
    if (--depth == 0 && (walks == 0 || closes || waiting.size() > MOST)) {
      finish();
    }
  }
}
