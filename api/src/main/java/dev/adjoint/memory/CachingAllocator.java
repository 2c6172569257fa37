package dev.adjoint.memory;

import static java.util.Objects.requireNonNull;

import dev.adjoint.event.AllocationEvent;
import dev.adjoint.memory.Lease.Chunk;
import dev.adjoint.memory.Lease.Pool;
import dev.adjoint.spi.Backend;
import dev.adjoint.spi.Buffer;
import dev.adjoint.type.OutOfMemoryException;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.IdentityHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Keeps a device's memory between uses: a freed chunk waits in the list of its size class for the
/// next request of that class.
///
/// Small chunks are cut from segments of 2 MiB; large ones come from the device one by one. Since the
/// collector sees only the tiny objects in front of this memory, the allocator asks it to run when
/// 512 MiB more are in use than its last run left, so that a loop which never closes a tensor stays
/// bounded. What is cached does not count there: a collection frees none of it. When twice that bound
/// is reserved, or the device has no more, cached memory goes back to the device first.
public final class CachingAllocator {
  private static final long SEGMENT = 2L << 20;
  private static final long SMALL = 1L << 20;
  private static final long GARBAGE = Long.getLong("adjoint.memory.floor", 512L << 20);
  private static final long PATIENCE_NANOS = 200_000_000;

  private final Backend backend;
  private final ReentrantLock lock = new ReentrantLock();
  private final ReferenceQueue<Object> unreachable = new ReferenceQueue<>();
  private final FreeLists free = new FreeLists();
  private final IdentityHashMap<Buffer, Long> full =
      new IdentityHashMap<>(); // and bytes of chunks in it
  private final IdentityHashMap<Object, Recorded> graphs = new IdentityHashMap<>();
  private @Nullable Lease leases;
  private @Nullable Buffer segment;
  private long segmentUsed;
  private long live;
  private long reserved;
  private long peak;
  private long collections;
  private long patience = GARBAGE; // how much may be in use before the collector is asked
  private long limit; // how much may be reserved before what is cached is given back

  CachingAllocator(Backend backend) {
    this.backend = backend;
  }

  /// Bytes by state, for reports and error messages.
  ///
  /// @param live bytes that storages hold
  /// @param cached bytes that wait for the next request
  /// @param reserved bytes taken from the device
  /// @param peak the most that `live` has been
  /// @param collections how often the collector was asked to run
  public record Statistics(long live, long cached, long reserved, long peak, long collections) {}

  public Statistics statistics() {
    lock.lock();
    try {
      drain();
      return new Statistics(live, free.bytes(), reserved, peak, collections);
    } finally {
      lock.unlock();
    }
  }

  /// @param pool whose chunks are asked first, and get the chunk back; null for none
  Lease allocate(Object holder, long bytes, @Nullable Pool pool) {
    lock.lock();
    try {
      drain();
      int sizeClass = FreeLists.sizeClass(bytes);
      Chunk chunk = pool == null ? null : pool.take(sizeClass);
      if (chunk == null) {
        chunk = take(sizeClass, bytes);
        live += chunk.bytes();
        peak = Math.max(peak, live);
      }
      Lease lease = new Lease(holder, chunk, pool, this, collections, unreachable);
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

  /// Closes a pool: what is free in it is everybody's, and so will be what is in use.
  void release(Pool pool) {
    lock.lock();
    try {
      pool.close().forEach(this::push);
    } finally {
      lock.unlock();
    }
  }

  /// Has what a step was recorded into closed when its handle was dropped without being closed.
  void watch(Object handle, Recorded recorded) {
    lock.lock();
    try {
      graphs.put(new PhantomReference<>(handle, unreachable), recorded);
    } finally {
      lock.unlock();
    }
  }

  private void drain() {
    for (Object r = unreachable.poll(); r != null; r = unreachable.poll()) {
      dropped(r);
    }
  }

  /// Ends what the collector found: of a lease maybe after the allocator stopped waiting for it and
  /// counted it as in use.
  private void dropped(Object reference) {
    if (reference instanceof Lease lease) {
      long before = live;
      end(lease);
      patience -= lease.born < collections ? before - live : 0;
      return;
    }
    Recorded recorded = graphs.remove(reference);
    if (recorded != null) {
      recorded.close();
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
    if (lease.pool == null || !lease.pool.keep(lease.chunk)) {
      push(lease.chunk);
    }
  }

  private void push(Chunk chunk) {
    live -= chunk.bytes();
    free.push(chunk);
  }

  private Chunk take(int sizeClass, long bytes) {
    Chunk chunk = free.poll(sizeClass);
    long size = FreeLists.classBytes(sizeClass);
    if (chunk != null || size <= SMALL && (chunk = cut(size, sizeClass)) != null) {
      return chunk;
    }
    if (live + size > patience) {
      collect();
      chunk = free.poll(sizeClass);
    }
    return chunk == null ? fresh(size, sizeClass, bytes) : chunk;
  }

  private Chunk fresh(long size, int sizeClass, long bytes) {
    if (size > SMALL) {
      Buffer own = fromDevice(size, bytes);
      full.put(own, size);
      return new Chunk(own, 0, size, sizeClass);
    }
    Buffer next = fromDevice(SEGMENT, bytes);
    if (segment != null) {
      full.put(segment, segmentUsed);
    }
    segment = next;
    segmentUsed = 0;
    return requireNonNull(cut(size, sizeClass));
  }

  /// A piece of the current segment; null when it has no room.
  private @Nullable Chunk cut(long size, int sizeClass) {
    Buffer from = segment;
    if (from == null || segmentUsed + size > SEGMENT) {
      return null;
    }
    Chunk chunk = new Chunk(from, segmentUsed, size, sizeClass);
    segmentUsed += size;
    return chunk;
  }

  /// Lets the collector find what is unreachable and waits a moment for its answer, all of it: what is
  /// in use afterwards says when to ask again, and when to give back what is cached.
  private void collect() {
    collections++;
    Reference<Object> answer = new PhantomReference<>(new Object(), unreachable);
    boolean interrupted = false;
    try {
      System.gc();
      long deadline = System.nanoTime() + PATIENCE_NANOS;
      boolean answered = false;
      while (System.nanoTime() < deadline) {
        try {
          Object r = unreachable.remove(5);
          if (r != null) {
            answered = true;
            dropped(r);
          } else if (answered) {
            return;
          }
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      Reference.reachabilityFence(answer);
      patience = live + GARBAGE;
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private Buffer fromDevice(long size, long bytes) {
    if (reserved + size > Math.max(limit, 2 * patience)) {
      trim();
      limit = reserved + GARBAGE; // not again at once, where others use parts of what is cached
    }
    AllocationEvent event = new AllocationEvent();
    event.begin();
    Buffer buffer;
    try {
      buffer = backend.allocate(size);
    } catch (OutOfMemoryException first) {
      collect();
      trim();
      try {
        buffer = backend.allocate(size);
      } catch (OutOfMemoryException second) {
        throw exhausted(bytes, second);
      }
    }
    if (event.shouldCommit()) {
      event.device = backend.device().toString();
      event.bytes = size;
      event.commit();
    }
    reserved += size;
    return buffer;
  }

  private OutOfMemoryException exhausted(long bytes, OutOfMemoryException cause) {
    OutOfMemoryException e =
        new OutOfMemoryException(
            String.format(
                "%s out of memory. Tried to allocate %,d bytes; %,d bytes are in use, %,d are cached, %,d"
                    + " reserved. Close tensors, use a Scope, or make the batch smaller.",
                backend.device(), bytes, live, free.bytes(), reserved));
    e.initCause(cause);
    return e;
  }

  /// Gives back to the device whatever nobody uses a part of.
  public void trim() {
    lock.lock();
    try {
      for (Buffer buffer : free.removeWhole(full)) {
        backend.free(buffer);
        reserved -= buffer.bytes();
      }
    } finally {
      lock.unlock();
    }
  }
}
