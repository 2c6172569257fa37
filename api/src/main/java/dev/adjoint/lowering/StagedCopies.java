package dev.adjoint.lowering;

import dev.adjoint.spi.Buffer;
import java.lang.foreign.MemorySegment;

/// Copies between host and device by way of pinned memory, which a device reads and writes by itself:
/// two halves, so that the host fills or empties one while the device works on the other. Its user
/// holds a lock.
///
/// An upload does not wait for the device: the bytes stay in pinned memory, from where the device
/// takes them when it gets there. The mark that ends a half's uploads is waited for when the half is
/// to be filled again, not before.
///
/// @param <B> the device's buffers
public final class StagedCopies<B extends Buffer> {
  /// Bytes of each half.
  public static final int HALF = 4 << 20;

  /// A device's queue, as far as copies go. All copies run in its order.
  ///
  /// @param <B> the device's buffers
  public interface Queue<B extends Buffer> {

    /// The pinned memory, two halves one after the other.
    MemorySegment pinned();

    /// Queues a copy to the device; the bytes stay as they are until it has run.
    ///
    /// @param total bytes of the whole transfer, for messages
    void write(B target, long offset, MemorySegment from, long total);

    /// Queues a copy to the host.
    void read(B source, long offset, MemorySegment to, long total);

    /// Waits for all that is queued, then for a copy to the host.
    void fetch(B source, long offset, MemorySegment to);

    /// Sets the mark of a half behind all that is queued, and has the device begin it.
    void mark(int half);

    /// Waits until the device has passed a half's mark, if one is set.
    void await(int half);
  }

  private final Queue<B> queue;
  private final MemorySegment memory;
  private int half;
  private int used;

  public StagedCopies(Queue<B> queue) {
    this.queue = queue;
    this.memory = queue.pinned();
  }

  /// Copies to the device; the source may be reused when this returns.
  public void upload(MemorySegment source, B target, long offset) {
    long bytes = source.byteSize();
    for (long done = 0; done < bytes; ) {
      MemorySegment room = room(bytes - done);
      long size = room.byteSize();
      MemorySegment.copy(source, done, room, 0, size);
      queue.write(target, offset + done, room, bytes);
      done += size;
    }
  }

  /// Free memory to fill: as much as is asked for, or what the half has left.
  private MemorySegment room(long bytes) {
    if (used == HALF) {
      queue.mark(half);
      half ^= 1;
      used = 0;
      queue.await(half);
    }
    int size = (int) Math.min(bytes, HALF - used);
    MemorySegment room = memory.asSlice((long) half * HALF + used, size);
    used = Math.min(HALF, used + size + 63 & -64);
    return room;
  }

  /// Copies to the host, after all that is queued.
  public void download(B source, long offset, MemorySegment target) {
    long bytes = target.byteSize();
    if (bytes > HALF) {
      stream(source, offset, target);
    } else if (bytes > 0) {
      MemorySegment from = memory.asSlice(0, bytes);
      queue.fetch(source, offset, from);
      MemorySegment.copy(from, 0, target, 0, bytes);
      used = 0; // nothing that was queued reads from here any more
    }
  }

  /// While the host empties one half, the device fills the other.
  private void stream(B source, long offset, MemorySegment target) {
    long bytes = target.byteSize();
    close();
    try {
      read(0, source, offset, bytes);
      for (long done = 0; done < bytes; done += HALF) {
        int now = (int) (done / HALF) & 1;
        long next = done + HALF;
        if (next < bytes) {
          read(now ^ 1, source, offset + next, bytes - next);
        }
        queue.await(now);
        MemorySegment.copy(memory, (long) now * HALF, target, done, Math.min(bytes - done, HALF));
      }
    } finally {
      close();
    }
    used = 0;
  }

  private void read(int which, B source, long offset, long left) {
    long size = Math.min(left, HALF);
    queue.read(source, offset, memory.asSlice((long) which * HALF, size), left);
    queue.mark(which);
  }

  /// Waits until the device has passed all marks.
  public void close() {
    queue.await(0);
    queue.await(1);
  }
}
