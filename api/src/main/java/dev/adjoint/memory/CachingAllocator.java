package dev.adjoint.memory;

import dev.adjoint.memory.Lease.Chunk;
import dev.adjoint.spi.Backend;
import dev.adjoint.spi.Buffer;
import dev.adjoint.type.OutOfMemoryException;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Keeps a device's memory between uses: a freed chunk waits in the list of its size class for the
/// next request of that class.
///
/// Small chunks are cut from segments of 2 MiB and never given back singly; large ones come from the
/// device one by one and go back to it when it runs out. Since the collector sees only the tiny
/// objects in front of this memory, the allocator asks it to run before the pool grows past twice
/// what was last found in use, so that a loop which never closes a tensor stays bounded.
public final class CachingAllocator {
  private static final long SEGMENT = 2L << 20;
  private static final long SMALL = 1L << 20;
  private static final long FLOOR = Long.getLong("adjoint.memory.floor", 512L << 20);
  private static final long PATIENCE_NANOS = 200_000_000;

  private final Backend backend;
  private final ReentrantLock lock = new ReentrantLock();
  private final ReferenceQueue<Object> unreachable = new ReferenceQueue<>();
  private final List<ArrayDeque<Chunk>> free = new ArrayList<>();
  private @Nullable Lease leases;
  private @Nullable Buffer segment;
  private long segmentUsed;
  private long live;
  private long cached;
  private long reserved;
  private long peak;
  private long patience = FLOOR;

  CachingAllocator(Backend backend) {
    this.backend = backend;
    for (int i = 0; i < 256; i++) {
      free.add(new ArrayDeque<>(0));
    }
  }

  /// Bytes by state, for reports and error messages.
  ///
  /// @param live bytes that storages hold
  /// @param cached bytes that wait for the next request
  /// @param reserved bytes taken from the device
  /// @param peak the most that `live` has been
  public record Statistics(long live, long cached, long reserved, long peak) {}

  public Statistics statistics() {
    lock.lock();
    try {
      drain();
      return new Statistics(live, cached, reserved, peak);
    } finally {
      lock.unlock();
    }
  }

  /// Four classes per power of two: at most a fifth of a chunk is slack.
  static int sizeClass(long bytes) {
    if (bytes <= 64) {
      return 0;
    }
    int power = 63 - Long.numberOfLeadingZeros(bytes - 1);
    int quarter = (int) ((bytes - 1) >>> (power - 2)) & 3;
    return (power - 6) * 4 + quarter + 1;
  }

  static long classBytes(int sizeClass) {
    if (sizeClass == 0) {
      return 64;
    }
    int power = (sizeClass - 1) / 4 + 6;
    long bytes = (1L << power) + ((sizeClass - 1) % 4 + 1) * (1L << (power - 2));
    return (bytes + 63) & -64;
  }

  Lease allocate(Object holder, long bytes) {
    lock.lock();
    try {
      drain();
      Chunk chunk = take(sizeClass(bytes), bytes);
      live += chunk.bytes();
      peak = Math.max(peak, live);
      Lease lease = new Lease(holder, chunk, this, unreachable);
      lease.next = leases;
      if (leases != null) {
        leases.previous = lease;
      }
      leases = lease;
      return lease;
    } finally {
      lock.unlock();
    }
  }

  void release(Lease lease) {
    lock.lock();
    try {
      lease.clear();
      end(lease);
    } finally {
      lock.unlock();
    }
  }

  private void drain() {
    for (Object r = unreachable.poll(); r != null; r = unreachable.poll()) {
      end((Lease) r);
    }
  }

  private void end(Lease lease) {
    if (lease.ended) {
      return;
    }
    lease.ended = true;
    if (lease.previous == null) {
      leases = lease.next;
    } else {
      lease.previous.next = lease.next;
    }
    if (lease.next != null) {
      lease.next.previous = lease.previous;
    }
    live -= lease.chunk.bytes();
    cached += lease.chunk.bytes();
    free.get(lease.chunk.sizeClass()).push(lease.chunk);
  }

  private Chunk take(int sizeClass, long bytes) {
    Chunk chunk = fromCache(sizeClass);
    if (chunk != null) {
      return chunk;
    }
    long size = classBytes(sizeClass);
    if (size <= SMALL) {
      return cut(size, sizeClass, bytes);
    }
    if (reserved + size > patience) {
      collect(size);
      chunk = fromCache(sizeClass);
      if (chunk != null) {
        return chunk;
      }
    }
    return new Chunk(fromDevice(size, bytes), 0, size, sizeClass);
  }

  private @Nullable Chunk fromCache(int sizeClass) {
    Chunk chunk = free.get(sizeClass).poll();
    if (chunk != null) {
      cached -= chunk.bytes();
    }
    return chunk;
  }

  private Chunk cut(long size, int sizeClass, long bytes) {
    Buffer from = segment;
    if (from == null || segmentUsed + size > SEGMENT) {
      if (reserved + SEGMENT > patience) {
        collect(size);
        Chunk chunk = fromCache(sizeClass);
        if (chunk != null) {
          return chunk;
        }
      }
      from = fromDevice(SEGMENT, bytes);
      segment = from;
      segmentUsed = 0;
    }
    Chunk chunk = new Chunk(from, segmentUsed, size, sizeClass);
    segmentUsed += size;
    return chunk;
  }

  /// Lets the collector find what is unreachable and waits a moment for its answer.
  private void collect(long wanted) {
    long before = cached;
    System.gc();
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    boolean answered = false;
    while (cached - before < wanted && System.nanoTime() < deadline) {
      try {
        Object r = unreachable.remove(5);
        if (r != null) {
          answered = true;
          end((Lease) r);
          drain();
        } else if (answered) {
          return;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private Buffer fromDevice(long size, long bytes) {
    Buffer buffer;
    try {
      buffer = backend.allocate(size);
    } catch (OutOfMemoryException first) {
      collect(size);
      trim();
      try {
        buffer = backend.allocate(size);
      } catch (OutOfMemoryException second) {
        throw exhausted(bytes, second);
      }
    }
    reserved += size;
    // Only now: a request that failed must not raise the bar.
    if (reserved > patience) {
      patience = Math.max(FLOOR, 2 * (live + size));
    }
    return buffer;
  }

  private OutOfMemoryException exhausted(long bytes, OutOfMemoryException cause) {
    OutOfMemoryException e =
        new OutOfMemoryException(
            String.format(
                "%s out of memory. Tried to allocate %,d bytes; %,d bytes are in use, %,d are cached, %,d"
                    + " reserved. Close tensors, use a Scope, or make the batch smaller.",
                backend.device(), bytes, live, cached, reserved));
    e.initCause(cause);
    return e;
  }

  /// Gives every cached large chunk back to the device.
  public void trim() {
    lock.lock();
    try {
      for (int c = sizeClass(SMALL) + 1; c < free.size(); c++) {
        for (Chunk chunk = free.get(c).poll(); chunk != null; chunk = free.get(c).poll()) {
          backend.free(chunk.buffer());
          cached -= chunk.bytes();
          reserved -= chunk.bytes();
        }
      }
    } finally {
      lock.unlock();
    }
  }
}
