package dev.adjoint.backend.cuda;

import static jcuda.driver.JCudaDriver.CU_MEMHOSTALLOC_PORTABLE;

import dev.adjoint.lowering.StagedCopies;
import java.lang.foreign.MemorySegment;
import jcuda.Pointer;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.JCudaDriver;

/// The stream's copies from and to pinned memory. Its user holds a lock and has made the context
/// current.
final class Staging implements StagedCopies.Queue<CudaBuffer> {
  private static final long BYTES = 2L * StagedCopies.HALF;

  /// JCuda shows a handle to subclasses only.
  private static final class Pinned extends Pointer {
    long address() {
      return getNativePointer();
    }
  }

  private static final class Event extends CUevent {
    boolean isSet;

    long handle() {
      return getNativePointer();
    }
  }

  private final CudaContext context;
  private final Pinned pinned = new Pinned();
  private final Event[] events = {new Event(), new Event()};

  Staging(CudaContext context) {
    this.context = context;
    int status =
        CudaStatus.of(() -> JCudaDriver.cuMemHostAlloc(pinned, BYTES, CU_MEMHOSTALLOC_PORTABLE));
    CudaStatus.check(
        status, context.device(), () -> "tried to pin " + BYTES + " bytes for transfers");
    int flags = CUevent_flags.CU_EVENT_DISABLE_TIMING | CUevent_flags.CU_EVENT_BLOCKING_SYNC;
    for (Event event : events) {
      check(CudaStatus.of(() -> JCudaDriver.cuEventCreate(event, flags)), BYTES);
    }
  }

  @Override
  @SuppressWarnings("restricted")
  public MemorySegment pinned() {
    return MemorySegment.ofAddress(pinned.address()).reinterpret(BYTES);
  }

  @Override
  public void write(CudaBuffer target, long offset, MemorySegment from, long total) {
    long at = target.address() + offset;
    check(Driver.write(at, from.address(), from.byteSize(), context.stream()), total);
  }

  @Override
  public void read(CudaBuffer source, long offset, MemorySegment to, long total) {
    long at = source.address() + offset;
    check(Driver.read(to.address(), at, to.byteSize(), context.stream()), total);
  }

  @Override
  public void fetch(CudaBuffer source, long offset, MemorySegment to) {
    read(source, offset, to, to.byteSize());
    check(Driver.synchronize(context.stream()), to.byteSize());
  }

  @Override
  public void mark(int half) {
    check(Driver.record(events[half].handle(), context.stream()), StagedCopies.HALF);
    events[half].isSet = true;
  }

  @Override
  public void await(int half) {
    if (events[half].isSet) {
      events[half].isSet = false;
      check(Driver.waitFor(events[half].handle()), StagedCopies.HALF);
    }
  }

  private void check(int status, long bytes) {
    CudaStatus.check(status, context.device(), () -> "a transfer of " + bytes + " bytes");
  }

  void close() {
    for (Event event : events) {
      CudaStatus.of(() -> JCudaDriver.cuEventDestroy(event));
    }
    CudaStatus.of(() -> JCudaDriver.cuMemFreeHost(pinned));
  }
}
