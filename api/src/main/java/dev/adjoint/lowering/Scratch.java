package dev.adjoint.lowering;

import dev.adjoint.spi.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/// Memory between the kernels of one launch, the same for every launch: the queue runs them one after
/// another.
public final class Scratch {
  private static final long LEAST = 64 << 10;

  private final LongFunction<? extends Buffer> allocate;
  private final List<Buffer> buffers = new ArrayList<>();
  private long largest;

  /// @param allocate takes so many bytes from the device
  public Scratch(LongFunction<? extends Buffer> allocate) {
    this.allocate = allocate;
  }

  /// The buffer of the launch at hand. One that has become too small stays, since another thread may
  /// be about to queue a kernel on it; all that stay are smaller than the last.
  public synchronized Buffer atLeast(long bytes) {
    if (largest < bytes) {
      long size = Math.max(LEAST, Long.highestOneBit(2 * bytes - 1));
      buffers.add(allocate.apply(size));
      largest = size;
    }
    return buffers.getLast();
  }

  /// Gives all of it back; no launch may follow.
  public synchronized void close(Consumer<Buffer> free) {
    buffers.forEach(free);
    buffers.clear();
    largest = 0;
  }
}
