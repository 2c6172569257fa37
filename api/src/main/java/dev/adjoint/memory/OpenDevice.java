package dev.adjoint.memory;

import dev.adjoint.event.LaunchEvent;
import dev.adjoint.event.TransferEvent;
import dev.adjoint.spi.Backend;
import dev.adjoint.spi.ExecutableGraph;
import dev.adjoint.spi.GraphBackend;
import dev.adjoint.spi.Interpreter;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import dev.adjoint.type.TensorException;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/// A device in use: its backend and its memory. There is one per device and process.
public final class OpenDevice {
  private final Backend backend;
  private final CachingAllocator allocator;
  private final boolean interprets;

  // Per device, so it cannot be static; there are few devices and they live as long as the process.
  @SuppressWarnings("ThreadLocalUsage")
  private final ThreadLocal<Slab> slabs = new ThreadLocal<>();

  private final Set<Recorded> doubted = ConcurrentHashMap.newKeySet();
  private final ReentrantLock turn = new ReentrantLock();

  public OpenDevice(Backend backend) {
    this.backend = backend;
    this.interprets = backend instanceof Interpreter;
    this.allocator = new CachingAllocator(backend);
  }

  public Device name() {
    return backend.device();
  }

  public Backend backend() {
    return backend;
  }

  /// Waits until no other thread computes pending values here or overwrites what they read; the caller
  /// unlocks what this returns.
  ReentrantLock takeTurn() {
    turn.lock();
    return turn;
  }

  /// Whether the backend is an [Interpreter].
  boolean interprets() {
    return interprets;
  }

  public CachingAllocator allocator() {
    return allocator;
  }

  /// A slab of this thread with room for a tiny storage.
  Slab slab(long bytes) {
    Recording recording = Recording.current();
    return Slab.withRoom(recording == null ? slabs : recording.slabs, this, bytes);
  }

  /// Memory for a holder; a captured step's comes from its own pool.
  Lease allocate(Object holder, long bytes) {
    Recording recording = Recording.current();
    return allocator.allocate(holder, bytes, recording == null ? null : recording.pool(this));
  }

  /// Hands work to the backend; operands come from storages, which count writes.
  public void launch(Launch launch) {
    LaunchEvent event = new LaunchEvent();
    event.begin();
    Recording recording = Recording.underWay();
    if (recording != null) {
      recording.check(this, launch);
    }
    try {
      backend.launch(launch);
    } finally {
      Reference.reachabilityFence(launch);
    }
    if (event.shouldCommit()) {
      commit(event, launch);
    }
    if (recording != null) {
      recording.note(launch);
    }
  }

  /// Hands work to the backend that was handed to it before, launch by launch.
  void launch(ExecutableGraph graph, int launches) {
    LaunchEvent event = new LaunchEvent();
    event.begin();
    graph.launch();
    if (event.shouldCommit()) {
      event.end();
      event.device = toString();
      event.op = "replay";
      event.work = "replay (" + launches + " launches)";
      event.instructions = launches;
      event.commit();
    }
  }

  private void commit(LaunchEvent event, Launch launch) {
    event.end();
    event.device = toString();
    event.op = launch.op();
    event.work = launch.description();
    event.instructions =
        switch (launch) {
          case Launch.Elementwise e -> e.program().instructions().size();
          case Launch.Fold f -> f.program().instructions().size() + 1;
          case Launch.Call _ -> 1;
        };
    event.commit();
  }

  private void commit(TransferEvent event, boolean toHost, long bytes) {
    if (event.shouldCommit()) {
      event.device = toString();
      event.toHost = toHost;
      event.bytes = bytes;
      event.commit();
    }
  }

  /// Launches to be made again as a whole: by the backend's own means, or one after another.
  ExecutableGraph instantiate(List<Launch> launches) {
    if (backend instanceof GraphBackend graphs) {
      return graphs.instantiate(launches);
    }
    Launch[] all = launches.toArray(Launch[]::new);
    return () -> {
      for (Launch launch : all) {
        backend.launch(launch);
      }
    };
  }

  /// Fills an operand's place with host bytes.
  public void upload(MemorySegment source, Operand target, DType type) {
    TransferEvent event = new TransferEvent();
    event.begin();
    try {
      backend.upload(source, target.buffer(), target.offset() * type.bytes());
    } finally {
      Reference.reachabilityFence(target);
    }
    commit(event, false, source.byteSize());
  }

  /// Has whoever reads next look at what a replay may have met.
  void doubt(Recorded replayed) {
    doubted.add(replayed);
  }

  void forget(Recorded replayed) {
    doubted.remove(replayed);
  }

  /// Throws what replays have met that their steps would have refused, if they have.
  void settleDoubts() {
    if (doubted.isEmpty()) {
      return;
    }
    for (Recorded replayed : List.copyOf(doubted)) {
      doubted.remove(replayed);
      TensorException refused = replayed.refused();
      if (refused != null) {
        throw refused;
      }
    }
  }

  /// Reads bytes and leaves zeros in their place.
  void exchange(Operand place, byte[] bytes) {
    byte[] zeros = new byte[bytes.length];
    try {
      backend.download(place.buffer(), place.offset(), MemorySegment.ofArray(bytes));
      if (!Arrays.equals(bytes, zeros)) {
        backend.upload(MemorySegment.ofArray(zeros), place.buffer(), place.offset());
      }
    } finally {
      Reference.reachabilityFence(place);
    }
  }

  /// Copies from an operand's place to the host, as many bytes as fit there.
  public void download(Operand source, DType type, MemorySegment target) {
    settleDoubts();
    TransferEvent event = new TransferEvent();
    event.begin();
    try {
      backend.download(source.buffer(), source.offset() * type.bytes(), target);
    } finally {
      Reference.reachabilityFence(source);
    }
    commit(event, true, target.byteSize());
  }

  @Override
  public String toString() {
    return name().toString();
  }
}
