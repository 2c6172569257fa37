package dev.adjoint.memory;

import static java.util.Objects.requireNonNull;

import dev.adjoint.memory.layout.Layout;
import dev.adjoint.spi.ExecutableGraph;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;
import dev.adjoint.type.DType;
import dev.adjoint.type.GraphException;
import dev.adjoint.type.Shape;
import dev.adjoint.type.TensorException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A step that runs while its launches are noted, so that they can be made again without it.
///
/// Everything the step touches stays where it is for as long as it may be replayed: what was there
/// before by a claim on it, what the step takes by coming from a pool of its own. There is one
/// capture at a time in a process, and it notes what its own thread does.
public final class Recording {
  private static volatile @Nullable Recording underWay;
  private static int captures;

  private final Thread thread = Thread.currentThread();
  private final int era;
  private final List<Launch> launches = new ArrayList<>();
  private final List<Recorded.Write> writes = new ArrayList<>();
  private final Set<Storage> kept = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Lease.Pool pool = new Lease.Pool();
  private final List<Supplier<? extends TensorException>> guards = new ArrayList<>();
  private @Nullable Storage flags;
  private @Nullable OpenDevice device;
  private boolean aside;
  private volatile boolean disturbed;

  /// Where the step's tiny storages are cut from. One per capture, so it cannot be static.
  @SuppressWarnings("ThreadLocalUsage")
  final ThreadLocal<Slab> slabs = new ThreadLocal<>();

  private Recording(int era) {
    this.era = era;
  }

  /// A step's result and what is replayed of it.
  public record Captured<T extends @Nullable Object>(T result, Recorded recorded) {}

  /// Runs a step once, and notes it.
  ///
  /// @throws GraphException when it cannot be replayed; what it has computed by then stays computed
  public static <T extends @Nullable Object> Captured<T> of(Supplier<T> step) {
    if (Window.current() != null) {
      throw new GraphException(
          "capture: inside of a backward formula or a function's forward. Capture the whole step.");
    }
    Recording recording = begin();
    boolean done = false;
    try {
      T result;
      try (Window.Pass pass = Window.openPass()) {
        result = step.get();
        pass.compute();
      }
      Captured<T> captured = new Captured<>(result, recording.end());
      done = true;
      return captured;
    } finally {
      underWay = null;
      recording.retire(done);
    }
  }

  private static synchronized Recording begin() {
    Recording other = underWay;
    if (other != null) {
      throw new GraphException(
          other.thread.equals(Thread.currentThread())
              ? "capture: a capture is under way. Captures do not nest; make one graph of both steps."
              : "capture: "
                  + other.thread
                  + " captures a step. Wait for it: there is one at a time.");
    }
    Recording recording = new Recording(captures + 1);
    captures = recording.era;
    underWay = recording;
    return recording;
  }

  /// The capture of this thread; null when there is none, or what runs is none of its step.
  static @Nullable Recording current() {
    Recording r = underWay;
    return r == null || r.aside || !r.thread.equals(Thread.currentThread()) ? null : r;
  }

  /// The capture of any thread.
  static @Nullable Recording underWay() {
    return underWay;
  }

  /// The number of this thread's capture, or 0.
  static int era() {
    Recording r = current();
    return r == null ? 0 : r.era;
  }

  /// Whether this thread captures a step.
  public static boolean isCapturing() {
    return current() != null;
  }

  /// Finds that a captured step does what no replay could.
  ///
  /// @param what begins with the operation and says what to do instead
  /// @throws GraphException while this thread captures
  public static void refuse(Supplier<String> what) {
    if (current() != null) {
      throw new GraphException(what.get());
    }
  }

  /// Whether this thread captures a step that has not made a value, but may read it. It is computed in
  /// memory before that: were it computed by the step's launches, each replay would compute it anew, and
  /// a constant that the step overwrites would be itself again.
  static boolean precedes(Pending value) {
    Recording r = current();
    return r != null && value.era != r.era;
  }

  /// Finds that another thread is about to compute what a captured step has only described: a replay
  /// would lack it.
  static void checkMaker(Storage value) {
    Recording r = underWay;
    Pending p = r == null ? null : value.pending();
    if (r != null && p != null && p.era == r.era && !r.thread.equals(Thread.currentThread())) {
      throw r.disturbed("compute");
    }
  }

  /// Runs what is none of the captured step, on a thread that captures one.
  static void aside(Runnable work) {
    Recording r = requireNonNull(current());
    r.aside = true;
    try {
      work.run();
    } finally {
      r.aside = false;
    }
  }

  /// Looks at elements that the step has computed by then.
  public static void lookAt(Storage read, Runnable look) {
    Window.flush();
    if (read.isPending()) {
      Realization.of(read);
    }
    aside(look);
  }

  /// The number of a place among [#flags] by which the captured step tells of what it would refuse
  /// if somebody looked; the last is shared.
  public static int guard(Supplier<? extends TensorException> refusal) {
    Recording r = requireNonNull(current());
    if (r.guards.size() < Recorded.FLAGS) {
      r.guards.add(refusal);
    }
    return r.guards.size() - 1;
  }

  /// Bools on the step's device, of which it sets those of its guards.
  public static Storage flags(OpenDevice where) {
    Recording r = requireNonNull(current());
    r.requireSame(where);
    Storage known = r.flags;
    if (known == null) {
      known = Storage.constant(where, DType.BOOL, Recorded.FLAGS, 0);
      r.flags = known;
      aside(() -> Realization.of(requireNonNull(r.flags)));
    }
    return known;
  }

  /// The pool that the step's memory comes from.
  Lease.Pool pool(OpenDevice where) {
    requireSame(where);
    return pool;
  }

  private void requireSame(OpenDevice where) {
    OpenDevice known = device;
    if (known == null) {
      device = where;
    } else if (known != where) {
      throw new GraphException(
          "capture: the step works on "
              + known
              + " and on "
              + where
              + ", and a graph is of one device. Leave one of them out of the step.");
    }
  }

  /// Finds what forbids a launch, before it is made.
  void check(OpenDevice where, Launch launch) {
    if (current() == this) {
      requireSame(where);
    } else if (!thread.equals(Thread.currentThread())) {
      for (Operand o : launch.operands()) {
        if (o.owner() instanceof Storage s && isOwn(s)) {
          throw disturbed(launch.op());
        }
      }
    }
  }

  private GraphException disturbed(String op) {
    disturbed = true;
    String who = Thread.currentThread() + " works on what a step makes that " + thread;
    return new GraphException(
        op + ": " + who + " captures. Do all of the step's work on one thread.");
  }

  /// Whether a storage has memory of the step's own.
  private boolean isOwn(Storage s) {
    return switch (s.holder()) {
      case Lease lease -> lease.isOf(pool);
      case Slab slab -> slab.isOf(pool);
      case null, default -> false;
    };
  }

  /// Notes a launch that was made.
  void note(Launch launch) {
    if (current() != this) {
      return;
    }
    launches.add(launch);
    for (Operand o : launch.operands()) {
      if (o.owner() instanceof Storage s && !isOwn(s) && !kept.contains(s)) {
        s.retain();
        kept.add(s);
      }
    }
  }

  /// Notes that a region is about to be written.
  static void wrote(Storage storage, Layout region, String writer) {
    Recording r = current();
    if (r != null) {
      r.writes.add(new Recorded.Write(storage, region, writer));
    }
  }

  /// Notes that fresh memory is about to be filled: to a replay it is not fresh.
  static void filled(Storage storage) {
    if (current() != null) {
      wrote(storage, Layout.contiguous(Shape.of(storage.elements())), "replay");
    }
  }

  private Recorded end() {
    OpenDevice where = device;
    if (where == null || launches.isEmpty()) {
      throw new GraphException(
          "capture: the step launches nothing, so there is nothing to replay.");
    }
    if (disturbed) {
      throw new GraphException(
          "capture: another thread worked on what the step made. Do all of its work on one thread.");
    }
    writes.removeIf(w -> !w.storage().isWanted());
    aside = true; // what the backend does to prepare is none of the step's
    ExecutableGraph graph = where.instantiate(launches);
    return new Recorded(
        where, graph, launches.size(), writes, List.copyOf(kept), pool, guards, flags);
  }

  private void retire(boolean done) {
    Slab last = slabs.get();
    slabs.remove();
    if (last != null) {
      last.retire();
    }
    if (flags != null) {
      flags.release(); // the step's launches keep it
    }
    if (!done) {
      kept.forEach(Storage::release);
      if (device != null) {
        device.allocator().release(pool);
      }
    }
  }
}
