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

  // One more than the pieces in use until the slab is used up.
  private final AtomicInteger holders = new AtomicInteger(1);

  private Slab(CachingAllocator allocator) {
    this.lease = allocator.allocate(this, BYTES);
  }

  /// The current slab if it has room, else a new one; the old one is used up.
  static Slab withRoom(ThreadLocal<Slab> current, CachingAllocator allocator, long bytes) {
    Slab slab = current.get();
    if (slab != null && slab.used + bytes <= BYTES) {
      return slab;
    }
    Slab fresh = new Slab(allocator);
    current.set(fresh);
    if (slab != null) {
      slab.release();
    }
    return fresh;
  }

  /// The place of the next piece, in bytes from the buffer's start.
  long cut(long bytes) {
    long at = lease.chunk.offset() + used;
    used += (bytes + ALIGNMENT - 1) & -ALIGNMENT;
    holders.getAndIncrement();
    return at;
  }

  Buffer buffer() {
    return lease.chunk.buffer();
  }

  /// Ends the use of one piece.
  void release() {
    if (holders.decrementAndGet() == 0) {
      lease.owner.release(lease);
    }
  }
}
