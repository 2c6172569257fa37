package dev.adjoint.backend.cuda;

import dev.adjoint.lowering.StagedCopies;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Copies between host and device, in the stream's order. Pinned memory is taken at the first one.
final class Transfers {
  private final CudaContext context;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Staging staging;
  private @Nullable StagedCopies<CudaBuffer> copies;

  Transfers(CudaContext context) {
    this.context = context;
  }

  void upload(MemorySegment source, CudaBuffer target, long offset) {
    lock.lock();
    try {
      ready().upload(source, target, offset);
    } finally {
      lock.unlock();
    }
  }

  void download(CudaBuffer source, long offset, MemorySegment target) {
    lock.lock();
    try {
      ready().download(source, offset, target);
    } finally {
      lock.unlock();
    }
  }

  private StagedCopies<CudaBuffer> ready() {
    context.makeCurrent();
    StagedCopies<CudaBuffer> known = copies;
    if (known == null) {
      staging = new Staging(context);
      known = new StagedCopies<>(staging);
      copies = known;
    }
    return known;
  }

  /// Gives the pinned memory back; the stream must be done with it.
  void close() {
    if (staging != null) {
      staging.close();
    }
  }
}
