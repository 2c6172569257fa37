package dev.adjoint.backend.opencl;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jocl.CL;
import org.jocl.cl_mem;

/// Host memory that a device reads and writes by itself: two halves, so that the host fills one while
/// the device works on the other. Its user holds a lock.
///
/// Uploads move through a half and turn to the other when it is full. The event that ends a half's
/// uploads is waited for when the half is to be filled again, not before.
final class Staging {
  static final int HALF = 4 << 20;
  private static final long EVENTS = 8;

  private final ClContext context;
  private final cl_mem pinned;
  private final MemorySegment memory;
  private final MemorySegment words = Arena.ofAuto().allocate(3 * 8L, 8);
  private int half;
  private int used;

  Staging(ClContext context) {
    this.context = context;
    this.pinned =
        ClStatus.made(
            context.device(),
            "tried to allocate memory for transfers",
            status ->
                CL.clCreateBuffer(
                    context.context(),
                    CL.CL_MEM_READ_WRITE | CL.CL_MEM_ALLOC_HOST_PTR,
                    2L * HALF,
                    null,
                    status));
    this.memory = map(pinned.getNativePointer(), CL.CL_MAP_READ | CL.CL_MAP_WRITE, 0, 2L * HALF);
  }

  /// A range of a buffer as the host sees it, after all work queued before.
  @SuppressWarnings("restricted")
  MemorySegment map(long buffer, long flags, long offset, long bytes) {
    long address = Driver.map(context.queueHandle(), buffer, flags, offset, bytes, words.address());
    int status = words.get(JAVA_INT, 0);
    ClStatus.check(status, context.device(), () -> "mapping " + bytes + " bytes");
    return MemorySegment.ofAddress(address).reinterpret(bytes);
  }

  /// Gives a mapped range back to the device.
  void unmap(long buffer, MemorySegment mapped) {
    int status = Driver.unmap(context.queueHandle(), buffer, mapped.address());
    ClStatus.check(status, context.device(), () -> "unmapping " + mapped.byteSize() + " bytes");
  }

  /// Free memory to fill: as much as is asked for, or what the half has left.
  MemorySegment room(long bytes) {
    if (used == HALF) {
      turn();
    }
    int size = (int) Math.min(bytes, HALF - used);
    MemorySegment room = memory.asSlice((long) half * HALF + used, size);
    used = Math.min(HALF, used + size + 63 & -64);
    return room;
  }

  private void turn() {
    check(Driver.mark(context.queueHandle(), event(half)));
    check(Driver.flush(context.queueHandle()));
    half ^= 1;
    used = 0;
    await(half);
  }

  /// A half for downloads.
  MemorySegment half(int which) {
    return memory.asSlice((long) which * HALF, HALF);
  }

  /// The address of a half's event; what is there is ours to release.
  long event(int which) {
    return words.address() + EVENTS * (1 + which);
  }

  /// Waits until the device is done with a half, if there is an event for it.
  void await(int which) {
    long event = words.getAtIndex(JAVA_LONG, 1 + which);
    if (event != 0) {
      int status = Driver.waitFor(event(which));
      words.setAtIndex(JAVA_LONG, 1 + which, 0);
      check(Driver.release(event));
      check(status);
    }
  }

  void awaitBoth() {
    await(0);
    await(1);
  }

  /// Begins anew: the caller has waited for the queue, so nothing reads from here any more.
  void restart() {
    used = 0;
  }

  private void check(int status) {
    ClStatus.check(status, context.device(), () -> "a transfer");
  }

  void close() {
    awaitBoth();
    unmap(pinned.getNativePointer(), memory);
    ClStatus.of(() -> CL.clReleaseMemObject(pinned));
  }
}
