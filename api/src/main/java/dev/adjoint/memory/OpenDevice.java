package dev.adjoint.memory;

import dev.adjoint.event.LaunchEvent;
import dev.adjoint.event.TransferEvent;
import dev.adjoint.spi.Backend;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.concurrent.locks.ReentrantLock;

/// A device in use: its backend and its memory. There is one per device and process.
public final class OpenDevice {
  private final Backend backend;
  private final CachingAllocator allocator;

  // Per device, so it cannot be static; there are few devices and they live as long as the process.
  @SuppressWarnings("ThreadLocalUsage")
  private final ThreadLocal<Slab> slabs = new ThreadLocal<>();

  private final ReentrantLock turn = new ReentrantLock();

  public OpenDevice(Backend backend) {
    this.backend = backend;
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

  public CachingAllocator allocator() {
    return allocator;
  }

  /// A slab of this thread with room for a tiny storage.
  Slab slab(long bytes) {
    return Slab.withRoom(slabs, allocator, bytes);
  }

  /// Hands work to the backend; operands come from storages, which count writes.
  public void launch(Launch launch) {
    LaunchEvent event = new LaunchEvent();
    event.begin();
    try {
      backend.launch(launch);
    } finally {
      Reference.reachabilityFence(launch);
    }
    if (event.shouldCommit()) {
      commit(event, launch);
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

  /// Copies from an operand's place to the host, as many bytes as fit there.
  public void download(Operand source, DType type, MemorySegment target) {
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
