package dev.adjoint.memory;

import dev.adjoint.spi.Buffer;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import org.jspecify.annotations.Nullable;

/// A storage's or a slab's hold on a piece of device memory, and the net under it: when the holder is
/// unreachable the collector puts this on a queue, which the next allocation drains.
final class Lease extends PhantomReference<Object> {

  /// Memory of a rounded size that leases take turns to use.
  record Chunk(Buffer buffer, long offset, long bytes, int sizeClass) {}

  final Chunk chunk;
  final CachingAllocator owner;

  // Neighbours in the allocator's list, which keeps leases reachable; guarded by its lock.
  @Nullable Lease previous;
  @Nullable Lease next;
  boolean ended;

  Lease(Object holder, Chunk chunk, CachingAllocator owner, ReferenceQueue<Object> queue) {
    super(holder, queue);
    this.chunk = chunk;
    this.owner = owner;
  }
}
