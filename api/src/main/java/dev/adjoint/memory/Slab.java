package dev.adjoint.memory;

import dev.adjoint.spi.Buffer;
import java.util.concurrent.atomic.AtomicInteger;

/// A chunk that one thread cuts into pieces for tiny storages, so that scalars cost neither a lock nor
/// a lease each. The chunk goes back when it is used up and its last piece was given back, or when no
/// storage with a piece of it is reachable.
final class Slab {
  /// Storages up to this many bytes are pieces of a slab.
  static final long LARGEST = 256;

  private static final long BYTES = 16 << 10;
  private static final long ALIGNMENT = 64;

  private final Lease lease;
  private long used;
  private int cut;

  // How many pieces were given back; once the slab is used up, less those that were cut.
  private final AtomicInteger returned = new AtomicInteger();

  private Slab(OpenDevice device) {
    this.lease = device.allocate(this, BYTES);
  }

  /// The current slab if it has room, else a new one; the old one is used up.
  static Slab withRoom(ThreadLocal<Slab> current, OpenDevice device, long bytes) {
    Slab slab = current.get();
    if (slab != null && slab.used + bytes <= BYTES) {
      return slab;
    }
    Slab fresh = new Slab(device);
    current.set(fresh);
    if (slab != null) {
      slab.retire();
    }
    return fresh;
  }

  /// The place of the next piece, in bytes from the buffer's start.
  long cut(long bytes) {
    long at = lease.chunk.offset() + used;
    used += (bytes + ALIGNMENT - 1) & -ALIGNMENT;
    cut++;
    return at;
  }

  Buffer buffer() {
    return lease.chunk.buffer();
  }

  boolean isOf(Lease.Pool pool) {
    return lease.isOf(pool);
  }

  /// Called by the thread that cuts it, after the last cut.
  void retire() {
    if (returned.addAndGet(-cut) == 0) {
      lease.owner.release(lease);
    }
  }

  /// Ends the use of one piece, on any thread.
  void release() {
    if (returned.incrementAndGet() == 0) {
      lease.owner.release(lease);
    }
  }
}
