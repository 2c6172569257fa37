package dev.adjoint.backend.opencl;

import dev.adjoint.spi.Buffer;
import java.util.ArrayList;
import java.util.List;

/// Memory between the kernels of one launch, the same for every launch: the queue runs them one after
/// another.
final class Scratch {
  private static final long LEAST = 64 << 10;

  private final Allocations memory;
  private final List<OpenClBuffer> buffers = new ArrayList<>();

  Scratch(Allocations memory) {
    this.memory = memory;
  }

  /// The buffer of the launch at hand. One that has become too small stays, since another thread may
  /// be about to queue a kernel on it; all that stay are smaller than the last.
  synchronized Buffer atLeast(long bytes) {
    if (buffers.isEmpty() || buffers.getLast().bytes() < bytes) {
      buffers.add(memory.allocate(Math.max(LEAST, Long.highestOneBit(2 * bytes - 1))));
    }
    return buffers.getLast();
  }

  synchronized void close() {
    buffers.forEach(memory::free);
    buffers.clear();
  }
}
