package dev.adjoint.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// Memory of a thread between two kernels, and the arguments of the first: what one writes the next
/// finds in the cache. It is kept for the thread's next work, unless it is too large for a cache.
final class Scratch implements AutoCloseable {
  private static final int SLOTS = 64;
  private static final AtomicReferenceArray<@Nullable Scratch> IDLE =
      new AtomicReferenceArray<>(SLOTS);

  /// Bytes that may be kept.
  private static final long KEPT = 4 << 20;

  /// Words before the data: addresses of two operands, then sizes.
  private static final int HEADER = 32;

  private static final int OPERANDS = 2;

  private final CpuBuffer buffer;
  private final MemorySegment header;

  private Scratch(CpuBuffer buffer) {
    this.buffer = buffer;
    this.header = buffer.hostView();
  }

  private static int slot() {
    return (int) Thread.currentThread().threadId() & (SLOTS - 1);
  }

  /// Memory for at least so many bytes of data, for the caller alone until [#close].
  static Scratch take(long bytes) {
    Scratch idle = IDLE.getAndSet(slot(), null);
    long needed = HEADER * 8L + bytes;
    if (idle != null && idle.buffer.bytes() >= needed) {
      return idle;
    }
    free(idle);
    return new Scratch(CpuBuffer.allocate(needed));
  }

  private static void free(@Nullable Scratch scratch) {
    if (scratch != null) {
      NativeKernels.free(scratch.buffer.address());
    }
  }

  /// Where the data begins.
  long data() {
    return buffer.address() + HEADER * 8L;
  }

  /// Calls a kernel of two operands for all its groups.
  void call(long kernel, long read, long written, long[] sizes, long groups) {
    header.setAtIndex(JAVA_LONG, 0, read);
    header.setAtIndex(JAVA_LONG, 1, written);
    MemorySegment.copy(sizes, 0, header, JAVA_LONG, OPERANDS * 8L, sizes.length);
    NativeKernels.call(kernel, buffer.address(), buffer.address() + OPERANDS * 8L, 0, groups);
  }

  @Override
  public void close() {
    free(buffer.bytes() > KEPT ? this : IDLE.getAndSet(slot(), this));
  }
}
