package dev.adjoint.memory.pool;

import dev.adjoint.event.AllocationEvent;
import dev.adjoint.spi.Backend;
import dev.adjoint.spi.Buffer;
import dev.adjoint.type.OutOfMemoryException;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/// What was taken from a device, up to a limit: segments of 2 MiB that small chunks are cut from, and
/// large chunks one by one. Guarded by the allocator's lock.
public final class Reserve {
  private static final long SEGMENT = 2L << 20;
  private static final long SMALL = 1L << 20;

  private final Backend backend;
  private final IdentityHashMap<Buffer, Long> full =
      new IdentityHashMap<>(); // and bytes of chunks in it
  private @Nullable Buffer segment;
  private long segmentUsed;
  private long bytes;
  private long peak;
  private long limit;

  public Reserve(Backend backend) {
    this.backend = backend;
    this.limit = Limit.ofProperties(backend);
  }

  /// What was taken and not given back.
  public long bytes() {
    return bytes;
  }

  /// The most that [#bytes] has been since [#resetPeak].
  public long peak() {
    return peak;
  }

  public void resetPeak() {
    peak = bytes;
  }

  /// How much may be taken; [Long#MAX_VALUE] when only the device knows.
  public long limit() {
    return limit;
  }

  public void limit(long most) {
    limit = most;
  }

  /// What a chunk of this size takes from the device when no segment has room for it.
  public static long taken(long size) {
    return size > SMALL ? size : SEGMENT;
  }

  /// Whether the limit has room for a chunk of this size.
  public boolean admits(long size) {
    return bytes <= limit - taken(size);
  }

  /// Whether the limit has no room for a chunk of this size, but would have if less was taken.
  public boolean isTooFull(long size) {
    return taken(size) <= limit && !admits(size);
  }

  /// A piece of the current segment; null for a large chunk, and when the segment has no room.
  public @Nullable Chunk cut(long size, int sizeClass) {
    Buffer from = segment;
    if (from == null || size > SMALL || segmentUsed + size > SEGMENT) {
      return null;
    }
    Chunk chunk = new Chunk(from, segmentUsed, size, sizeClass);
    segmentUsed += size;
    return chunk;
  }

  /// A chunk of memory that nobody had before.
  ///
  /// @throws OutOfMemoryException when the device has no room
  public Chunk fresh(long size, int sizeClass) {
    Buffer own = fromDevice(taken(size));
    if (size > SMALL) {
      full.put(own, size);
      return new Chunk(own, 0, size, sizeClass);
    }
    if (segment != null) {
      full.put(segment, segmentUsed);
    }
    segment = own;
    segmentUsed = size;
    return new Chunk(own, 0, size, sizeClass);
  }

  private Buffer fromDevice(long size) {
    AllocationEvent event = new AllocationEvent();
    event.begin();
    Buffer buffer = backend.allocate(size);
    if (event.shouldCommit()) {
      event.device = backend.device().toString();
      event.bytes = size;
      event.commit();
    }
    bytes += size;
    peak = Math.max(peak, bytes);
    return buffer;
  }

  /// Gives back to the device the buffers that lie here whole.
  public void trim(FreeLists free) {
    for (Buffer buffer : free.removeWhole(full)) {
      backend.free(buffer);
      bytes -= buffer.bytes();
    }
  }
}
