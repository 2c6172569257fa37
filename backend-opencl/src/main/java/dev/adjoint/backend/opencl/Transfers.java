package dev.adjoint.backend.opencl;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.ReentrantLock;
import org.jocl.CL;
import org.jspecify.annotations.Nullable;

/// Copies between host and device, in the queue's order.
///
/// An upload does not wait for the device: the bytes go to pinned memory first, from where the device
/// takes them when it gets there. Where the device's memory is the host's, long copies map it.
final class Transfers {
  private static final long LONG = 256 << 10;

  private final ClContext context;
  private final boolean maps;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Staging staging;

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
        pass(staging, source, target, offset);
      }
    } finally {
      lock.unlock();
    }
  }

  private void pass(Staging staging, MemorySegment source, OpenClBuffer target, long offset) {
    long queue = context.queueHandle();
    long bytes = source.byteSize();
    for (long done = 0; done < bytes; ) {
      MemorySegment room = staging.room(bytes - done);
      long size = room.byteSize();
      MemorySegment.copy(source, done, room, 0, size);
      check(Driver.write(queue, target.handle(), offset + done, size, room.address()), bytes);
      done += size;
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
      } else if (bytes > Staging.HALF) {
        fetch(staging, source, offset, target);
      } else {
        MemorySegment half = staging.half(0);
        long to = half.address();
        check(Driver.read(context.queueHandle(), source.handle(), offset, bytes, to, 0), bytes);
        MemorySegment.copy(half, 0, target, 0, bytes);
        staging.restart();
      }
    } finally {
      lock.unlock();
    }
  }

  /// While the host empties one half, the device fills the other.
  private void fetch(Staging staging, OpenClBuffer source, long offset, MemorySegment target) {
    long bytes = target.byteSize();
    staging.awaitBoth();
    try {
      read(staging, 0, source, offset, bytes);
      for (long done = 0; done < bytes; done += Staging.HALF) {
        int half = (int) (done / Staging.HALF) & 1;
        long next = done + Staging.HALF;
        if (next < bytes) {
          read(staging, half ^ 1, source, offset + next, bytes - next);
        }
        staging.await(half);
        long size = Math.min(bytes - done, Staging.HALF);
        MemorySegment.copy(staging.half(half), 0, target, done, size);
      }
    } finally {
      staging.awaitBoth();
    }
    staging.restart();
  }

  private void read(Staging staging, int half, OpenClBuffer source, long offset, long bytes) {
    long queue = context.queueHandle();
    long size = Math.min(bytes, Staging.HALF);
    long to = staging.half(half).address();
    check(Driver.read(queue, source.handle(), offset, size, to, staging.event(half)), bytes);
    check(Driver.flush(queue), bytes);
  }

  private Staging staging() {
    Staging known = staging;
    if (known == null) {
      known = new Staging(context);
      staging = known;
    }
    return known;
  }

  private void check(int status, long bytes) {
    ClStatus.check(status, context.device(), () -> "a transfer of " + bytes + " bytes");
  }

  void close() {
    if (staging != null) {
      staging.close();
    }
  }
}
