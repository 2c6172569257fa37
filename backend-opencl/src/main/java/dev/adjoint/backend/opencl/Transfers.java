package dev.adjoint.backend.opencl;

import dev.adjoint.lowering.StagedCopies;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.ReentrantLock;
import org.jocl.CL;
import org.jspecify.annotations.Nullable;

/// Copies between host and device, in the queue's order.
///
/// They pass pinned memory; where the device's memory is the host's, long ones map it.
final class Transfers {
  private static final long LONG = 256 << 10;

  private final ClContext context;
  private final boolean maps;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Staging staging;
  private @Nullable StagedCopies<OpenClBuffer> copies;

  /// @param maps whether host and device share memory
  Transfers(ClContext context, boolean maps) {
    this.context = context;
    this.maps = maps;
  }

  void upload(MemorySegment source, OpenClBuffer target, long offset) {
    long bytes = source.byteSize();
    lock.lock();
    try {
      Staging staging = staging();
      if (maps && bytes > LONG) {
        long flags = CL.CL_MAP_WRITE_INVALIDATE_REGION;
        MemorySegment mapped = staging.map(target.handle(), flags, offset, bytes);
        try {
          mapped.copyFrom(source);
        } finally {
          staging.unmap(target.handle(), mapped);
        }
      } else {
        copies(staging).upload(source, target, offset);
      }
    } finally {
      lock.unlock();
    }
  }

  void download(OpenClBuffer source, long offset, MemorySegment target) {
    long bytes = target.byteSize();
    if (bytes == 0) {
      return;
    }
    lock.lock();
    try {
      Staging staging = staging();
      if (maps && bytes > LONG) {
        MemorySegment mapped = staging.map(source.handle(), CL.CL_MAP_READ, offset, bytes);
        try {
          target.copyFrom(mapped);
        } finally {
          staging.unmap(source.handle(), mapped);
        }
      } else {
        copies(staging).download(source, offset, target);
      }
    } finally {
      lock.unlock();
    }
  }

  private StagedCopies<OpenClBuffer> copies(Staging staging) {
    StagedCopies<OpenClBuffer> known = copies;
    if (known == null) {
      known = new StagedCopies<>(staging);
      copies = known;
    }
    return known;
  }

  private Staging staging() {
    Staging known = staging;
    if (known == null) {
      known = new Staging(context);
      staging = known;
    }
    return known;
  }

  void close() {
    if (copies != null) {
      copies.close();
    }
    if (staging != null) {
      staging.close();
    }
  }
}
