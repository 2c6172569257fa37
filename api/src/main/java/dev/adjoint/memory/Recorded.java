package dev.adjoint.memory;

import dev.adjoint.memory.layout.Layout;
import dev.adjoint.spi.ExecutableGraph;
import dev.adjoint.type.ClosedException;
import dev.adjoint.type.IndexException;
import dev.adjoint.type.TensorException;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What was noted of a captured step: its launches as one graph, and the memory they are about.
public final class Recorded {

  /// How many flags a step has, at most.
  static final int FLAGS = 64;

  /// A region that the step writes.
  ///
  /// @param writer the operation's name, for messages about this write
  record Write(Storage storage, Layout region, String writer) {}

  private final OpenDevice device;
  private final ExecutableGraph graph;
  private final int launches;
  private final List<Write> writes;
  private final List<Storage> kept;
  private final Lease.Pool pool;
  private final List<Supplier<? extends TensorException>> guards;
  private final @Nullable Storage flags;
  private final ReentrantLock lock = new ReentrantLock();
  private boolean closed;

  /// @param writes to what somebody still holds
  /// @param kept what was there before the step, with a claim on each
  /// @param pool what the step's own memory came from
  /// @param guards what is to be said when one of the flags is set
  Recorded(
      OpenDevice device,
      ExecutableGraph graph,
      int launches,
      List<Write> writes,
      List<Storage> kept,
      Lease.Pool pool,
      List<Supplier<? extends TensorException>> guards,
      @Nullable Storage flags) {
    this.device = device;
    this.graph = graph;
    this.launches = launches;
    this.writes = writes;
    this.kept = kept;
    this.pool = pool;
    this.guards = guards;
    this.flags = flags;
  }

  public OpenDevice device() {
    return device;
  }

  public int launches() {
    return launches;
  }

  /// Closes this when a handle of it is no longer reachable.
  public void closeWith(Object handle) {
    device.allocator().watch(handle, this);
  }

  /// Makes the launches again. Each write counts a version, as when the step ran.
  public void replay() {
    Recording.refuse(
        () -> "replay: inside of a step that is captured. Capture one step that does both.");
    Window.flush();
    lock.lock();
    ReentrantLock turn = device.takeTurn();
    try {
      if (closed) {
        throw new ClosedException("replay: this graph was closed. Capture the step again.");
      }
      for (Write w : writes) {
        Consumer<Layout> told = w.storage().beforeWrite();
        if (told != null) {
          told.accept(w.region());
        }
      }
      for (Write w : writes) {
        Dependents.settle(w.storage()); // the copies, too, of those that were told
      }
      for (Write w : writes) {
        Storage s = w.storage();
        s.count(w.region(), w.region().covers(s.elements()), w.writer());
      }
      device.launch(graph, launches);
    } finally {
      if (flags != null && !closed) {
        device.doubt(this); // by now, or who reads before would take it for looked at
      }
      turn.unlock();
      lock.unlock();
    }
  }

  /// What a replay since the last look has met that the step would have refused; null for nothing.
  @Nullable TensorException refused() {
    Storage told = flags;
    byte[] set = new byte[FLAGS];
    lock.lock();
    try {
      if (told == null || closed) {
        return null;
      }
      device.exchange(told.forReading(0, new long[0]), set);
    } finally {
      lock.unlock();
    }
    for (int i = 0; i < guards.size(); i++) {
      if (set[i] != 0) {
        return refused(guards.get(i).get());
      }
    }
    return null;
  }

  private static TensorException refused(TensorException cause) {
    IndexException e =
        new IndexException(
            "replay: an index was out of range and counted as the lowest: "
                + cause.getMessage()
                + " Results since the last read are of that; look at indices before they are copied"
                + " in.");
    e.initCause(cause);
    return e;
  }

  /// As [#close], once nothing is left that a replay met and nobody was told.
  public void finish() {
    try {
      device.settleDoubts();
    } finally {
      close();
    }
  }

  /// Gives the memory back that nobody else holds; a second call does nothing.
  void close() {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      device.forget(this);
      graph.close();
      kept.forEach(Storage::release);
      device.allocator().release(pool);
    } finally {
      lock.unlock();
    }
  }
}
