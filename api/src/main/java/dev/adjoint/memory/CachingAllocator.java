package dev.adjoint.memory;

import dev.adjoint.memory.Lease.Pool;
import dev.adjoint.memory.history.AllocationHistory;
import dev.adjoint.memory.history.CallSite;
import dev.adjoint.memory.pool.Chunk;
import dev.adjoint.memory.pool.FreeLists;
import dev.adjoint.memory.pool.Limit;
import dev.adjoint.memory.pool.Reserve;
import dev.adjoint.spi.Backend;
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
/// Small chunks are cut from segments; large ones come from the device one by one. Since the
/// collector sees only the tiny objects in front of this memory, the allocator asks it to run when
/// 512 MiB more are in use than its last run left, so that a loop which never closes a tensor stays
/// bounded. What is cached does not count there: a collection frees none of it. When twice that bound
/// is reserved, or the device or its limit has no more, cached memory goes back to the device first.
public final class CachingAllocator {
  private static final long GARBAGE = Long.getLong("adjoint.memory.floor", 512L << 20);
  private static final long PATIENCE_NANOS = 200_000_000;

  private final Backend backend;
  private final ReentrantLock lock = new ReentrantLock();
  private final ReferenceQueue<Object> unreachable = new ReferenceQueue<>();
  private final FreeLists free = new FreeLists();
  private final Reserve reserve;
  private final IdentityHashMap<Object, Recorded> graphs = new IdentityHashMap<>();
  private @Nullable Lease leases;
  private long live;
  private long peak;
  private long collections;
  private long patience = GARBAGE; // how much may be in use before the collector is asked
  private long ample; // how much may be reserved before what is cached is given back

  CachingAllocator(Backend backend) {
    this.backend = backend;
    this.reserve = new Reserve(backend);
  }

  /// Bytes by state, for reports and error messages.
  ///
  /// @param live bytes that storages hold
  /// @param cached bytes that wait for the next request
  /// @param reserved bytes taken from the device
  /// @param peak the most that `live` has been
  /// @param peakReserved the most that `reserved` has been
  /// @param limit of what may be taken from the device; [Long#MAX_VALUE] for none
  /// @param collections how often the collector was asked to run
  public record Statistics(
      long live,
      long cached,
      long reserved,
      long peak,
      long peakReserved,
      long limit,
      long collections) {}

  public Statistics statistics() {
    lock.lock();
    try {
      drain();
      return new Statistics(
          live, free.bytes(), reserve.bytes(), peak, reserve.peak(), reserve.limit(), collections);
    } finally {
      lock.unlock();
    }
  }

  /// @param pool whose chunks are asked first, and get the chunk back; null for none
  Lease allocate(Object holder, long bytes, @Nullable Pool pool) {
    CallSite site = AllocationHistory.isOn() ? Usage.siteOf(holder) : null;
    lock.lock();
    try {
      drain();
      int sizeClass = FreeLists.sizeClass(bytes);
      Chunk chunk = pool == null ? null : pool.take(sizeClass);
      if (chunk == null) {
        chunk = take(sizeClass, bytes, holder);
        live += chunk.bytes();
        peak = Math.max(peak, live);
      }
      Lease lease = new Lease(holder, chunk, pool, this, collections, site, unreachable);
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

  private Chunk take(int sizeClass, long bytes, Object holder) {
    long size = FreeLists.classBytes(sizeClass);
    Chunk chunk = free.poll(sizeClass);
    if (chunk == null) {
      chunk = reserve.cut(size, sizeClass);
    }
    if (chunk != null) {
      return chunk;
    }
    if (reserve.isTooFull(size)) {
      trim();
    }
    if (live + size > patience || reserve.isTooFull(size)) {
      collect();
      chunk = free.poll(sizeClass);
    }
    return chunk == null ? fresh(size, sizeClass, bytes, holder) : chunk;
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

  private Chunk fresh(long size, int sizeClass, long bytes, Object holder) {
    if (reserve.bytes() + Reserve.taken(size) > Math.max(ample, 2 * patience)
        || reserve.isTooFull(size)) {
      trim();
      ample =
          reserve.bytes() + GARBAGE; // not again at once, where others use parts of what is cached
    }
    if (!reserve.admits(size)) {
      throw usage().exhausted(holder, bytes);
    }
    try {
      return reserve.fresh(size, sizeClass);
    } catch (OutOfMemoryException first) {
      collect();
      trim();
      try {
        return reserve.fresh(size, sizeClass);
      } catch (OutOfMemoryException second) {
        OutOfMemoryException e = usage().exhausted(holder, bytes);
        e.initCause(second);
        throw e;
      }
    }
  }

  /// Who holds what at this moment.
  public Usage usage() {
    lock.lock();
    try {
      return new Usage(backend.device(), statistics(), leases);
    } finally {
      lock.unlock();
    }
  }

  /// Counts peaks from what is in use now.
  public void resetPeak() {
    lock.lock();
    try {
      drain();
      peak = live;
      reserve.resetPeak();
    } finally {
      lock.unlock();
    }
  }

  /// Lets at most so much be taken from the device; more than that stays until it is asked for.
  public void limit(long bytes) {
    lock.lock();
    try {
      reserve.limit(bytes);
    } finally {
      lock.unlock();
    }
  }

  /// As [#limit(long)], a part of what the device has.
  public void limitFraction(double fraction) {
    limit(Limit.part(fraction, backend));
  }

  /// Gives back to the device whatever nobody uses a part of.
  public void trim() {
    lock.lock();
    try {
      reserve.trim(free);
    } finally {
      lock.unlock();
    }
  }
}
