package dev.adjoint.memory;

import dev.adjoint.memory.history.CallSite;
import dev.adjoint.memory.pool.Chunk;
import dev.adjoint.memory.pool.FreeLists;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A storage's or a slab's hold on a piece of device memory, and the net under it: when the holder is
/// unreachable the collector puts this on a queue, which the next allocation drains.
final class Lease extends PhantomReference<Object> {

  /// Chunks that a captured step takes turns to use, and nobody else until its graph is closed: a replay
  /// writes to them at any time. Guarded by the allocator's lock.
  static final class Pool {
    private final Map<Integer, ArrayDeque<Chunk>> free = new HashMap<>();
    private boolean closed;

    @Nullable Chunk take(int sizeClass) {
      for (int c = sizeClass; c <= FreeLists.largest(sizeClass); c++) {
        ArrayDeque<Chunk> chunks = free.get(c);
        if (chunks != null && !chunks.isEmpty()) {
          return chunks.poll();
        }
      }
      return null;
    }

    /// Whether it keeps what a lease gives back.
    boolean keep(Chunk chunk) {
      if (!closed) {
        free.computeIfAbsent(chunk.sizeClass(), c -> new ArrayDeque<>()).push(chunk);
      }
      return !closed;
    }

    /// What it had kept; from now on it keeps nothing.
    List<Chunk> close() {
      closed = true;
      List<Chunk> all = new ArrayList<>();
      free.values().forEach(all::addAll);
      free.clear();
      return all;
    }
  }

  final Chunk chunk;

  /// Where the chunk goes back to first; null for the allocator's own lists.
  final @Nullable Pool pool;

  final CachingAllocator owner;
  final long born; // after so many collections

  /// Who asked for the memory; null while no history was recorded.
  final @Nullable CallSite site;

  // Neighbours in the allocator's list, which keeps leases reachable; guarded by its lock.
  @Nullable Lease previous;
  @Nullable Lease next;
  boolean ended;

  boolean isOf(Pool asked) {
    return pool == asked;
  }

  Lease(
      Object holder,
      Chunk chunk,
      @Nullable Pool pool,
      CachingAllocator owner,
      long born,
      @Nullable CallSite site,
      ReferenceQueue<Object> queue) {
    super(holder, queue);
    this.chunk = chunk;
    this.pool = pool;
    this.owner = owner;
    this.born = born;
    this.site = site;
  }
}
