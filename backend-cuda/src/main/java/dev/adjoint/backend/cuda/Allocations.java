package dev.adjoint.backend.cuda;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.adjoint.type.OutOfMemoryException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A device's memory. Where it has a pool, taking and giving back run in the stream's order and wait
/// for nothing; without one, giving back waits for what is queued.
final class Allocations {
  private static final long GRAIN = 512;

  private final CudaContext context;
  private final @Nullable MemoryPool pool;
  private final AtomicLong taken = new AtomicLong();

  Allocations(CudaContext context) {
    this.context = context;
    context.makeCurrent();
    this.pool = context.traits().hasMemoryPools() ? new MemoryPool(context) : null;
  }

  /// @throws OutOfMemoryException when the device has no room, also after the pool gave back what is
  ///     free in it
  CudaBuffer allocate(long bytes) {
    long size = Math.ceilDiv(Math.max(1, bytes), GRAIN) * GRAIN;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(JAVA_LONG);
      context.makeCurrent();
      int status = take(address.address(), size);
      if (status == CudaStatus.OUT_OF_MEMORY && pool != null) {
        context.finish(); // what was given back is free only when the stream has got there
        pool.trim();
        status = take(address.address(), size);
      }
      if (status == CudaStatus.OUT_OF_MEMORY) {
        throw exhausted(bytes);
      }
      CudaStatus.check(status, context.device(), () -> "tried to allocate " + bytes + " bytes");
      taken.addAndGet(size);
      return new CudaBuffer(address.get(JAVA_LONG, 0), size);
    }
  }

  private int take(long address, long bytes) {
    return pool == null ? Driver.allocate(address, bytes) : pool.allocate(address, bytes);
  }

  void free(CudaBuffer buffer) {
    taken.addAndGet(-buffer.bytes());
    if (pool == null) {
      context.finish();
      check(Driver.free(buffer.address()));
    } else {
      context.makeCurrent();
      check(pool.free(buffer.address()));
    }
  }

  /// Bytes that this process has taken from the device.
  long taken() {
    return taken.get();
  }

  private void check(int status) {
    CudaStatus.check(status, context.device(), () -> "giving memory back");
  }

  private OutOfMemoryException exhausted(long bytes) {
    return new OutOfMemoryException(
        String.format(
            "%s out of memory: tried to allocate %,d bytes: %s. Of its %,d bytes %,d are taken by this"
                + " process. Close tensors that are no longer needed, or work in smaller batches.",
            context.device(),
            bytes,
            CudaStatus.name(CudaStatus.OUT_OF_MEMORY),
            context.traits().memory(),
            taken.get()));
  }
}
