package dev.adjoint.backend.opencl;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.adjoint.lowering.StagedCopies;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jocl.CL;
import org.jocl.cl_mem;

/// The queue's copies from and to pinned memory. Its user holds a lock.
final class Staging implements StagedCopies.Queue<OpenClBuffer> {
  private static final long BYTES = 2L * StagedCopies.HALF;
  private static final long EVENTS = 8;

  private final ClContext context;
  private final cl_mem pinned;
  private final MemorySegment memory;
  private final MemorySegment words = Arena.ofAuto().allocate(4 * 8L, 8);

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
                    BYTES,
                    null,
                    status));
    this.memory = map(pinned.getNativePointer(), CL.CL_MAP_READ | CL.CL_MAP_WRITE, 0, BYTES);
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

  @Override
  public MemorySegment pinned() {
    return memory;
  }

  @Override
  public void write(OpenClBuffer target, long offset, MemorySegment from, long total) {
    long bytes = from.byteSize();
    long queue = context.queueHandle();
    check(Driver.write(queue, target.handle(), offset, bytes, from.address()), total);
  }

  @Override
  public void read(OpenClBuffer source, long offset, MemorySegment to, long total) {
    check(queued(source, offset, to, words.address() + 3 * EVENTS), total);
    Driver.release(words.getAtIndex(JAVA_LONG, 3));
  }

  @Override
  public void fetch(OpenClBuffer source, long offset, MemorySegment to) {
    check(queued(source, offset, to, 0), to.byteSize());
  }

  /// @param event where the event that says when it is done is written; 0 to wait for it here
  private int queued(OpenClBuffer source, long offset, MemorySegment to, long event) {
    long queue = context.queueHandle();
    return Driver.read(queue, source.handle(), offset, to.byteSize(), to.address(), event);
  }

  @Override
  public void mark(int half) {
    check(Driver.mark(context.queueHandle(), event(half)));
    check(Driver.flush(context.queueHandle()));
  }

  /// The address of a half's event.
  private long event(int which) {
    return words.address() + EVENTS * (1 + which);
  }

  @Override
  public void await(int which) {
    long event = words.getAtIndex(JAVA_LONG, 1 + which);
    if (event != 0) {
      int status = Driver.waitFor(event(which));
      words.setAtIndex(JAVA_LONG, 1 + which, 0);
      check(Driver.release(event));
      check(status);
    }
  }

  private void check(int status, long bytes) {
    ClStatus.check(status, context.device(), () -> "a transfer of " + bytes + " bytes");
  }

  private void check(int status) {
    ClStatus.check(status, context.device(), () -> "a transfer");
  }

  void close() {
    unmap(pinned.getNativePointer(), memory);
    ClStatus.of(() -> CL.clReleaseMemObject(pinned));
  }
}
