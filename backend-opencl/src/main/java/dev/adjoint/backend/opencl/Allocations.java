package dev.adjoint.backend.opencl;

import dev.adjoint.type.Device;
import dev.adjoint.type.DeviceException;
import dev.adjoint.type.OutOfMemoryException;
import java.util.concurrent.atomic.AtomicLong;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.cl_event;
import org.jocl.cl_mem;
import org.jspecify.annotations.Nullable;

/// A device's memory, taken when it is asked for: a driver left to itself takes it at the first use,
/// where a failure would be a kernel's and could not be mended by giving other memory back.
final class Allocations {
  private final ClContext context;
  private final long memory;
  private final long largest;
  private final long flags;
  private final AtomicLong taken = new AtomicLong();

  Allocations(ClContext context) {
    this.context = context;
    this.memory = context.traits().memory();
    this.largest = context.traits().largestAllocation();
    // Where host and device share memory, this kind can be mapped without a copy.
    this.flags =
        CL.CL_MEM_READ_WRITE | (context.traits().isUnified() ? CL.CL_MEM_ALLOC_HOST_PTR : 0);
  }

  /// @throws OutOfMemoryException when it is more than the device has, or can give at once
  OpenClBuffer allocate(long bytes) {
    if (bytes > largest) {
      throw exhausted(bytes, "more than one allocation may have");
    }
    if (taken.addAndGet(bytes) > memory) {
      taken.addAndGet(-bytes);
      throw exhausted(bytes, "more than is left");
    }
    @Nullable cl_mem[] made = new cl_mem[1];
    int status = create(bytes, made);
    cl_mem memory = made[0];
    if (memory != null && status == ClStatus.SUCCESS) {
      status = touch(memory);
      if (status == ClStatus.SUCCESS) {
        return new OpenClBuffer(memory, bytes);
      }
      release(memory);
    }
    taken.addAndGet(-bytes);
    if (ClStatus.isOutOfMemory(status) || status == ClStatus.OUT_OF_RESOURCES) {
      throw exhausted(bytes, ClStatus.name(status));
    }
    throw ClStatus.exception(status, context.device(), "tried to allocate " + bytes + " bytes");
  }

  private int create(long bytes, @Nullable cl_mem[] made) {
    int[] status = new int[1];
    return ClStatus.of(() -> {
      made[0] = CL.clCreateBuffer(context.context(), flags, bytes, null, status);
      return status[0];
    });
  }

  /// Writes a byte and waits for it, so that the memory is there or the driver says why not.
  private int touch(cl_mem made) {
    cl_event written = new cl_event();
    Pointer zero = Pointer.to(new byte[1]);
    int status =
        ClStatus.of(
            () -> CL.clEnqueueFillBuffer(context.queue(), made, zero, 1, 0, 1, 0, null, written));
    if (status != ClStatus.SUCCESS) {
      return status;
    }
    status = ClStatus.of(() -> CL.clWaitForEvents(1, new cl_event[] {written}));
    if (status == ClStatus.FAILED_EARLIER) {
      int[] reason = new int[1];
      Pointer to = Pointer.to(reason);
      ClStatus.of(() ->
          CL.clGetEventInfo(
              written, CL.CL_EVENT_COMMAND_EXECUTION_STATUS, Integer.BYTES, to, null));
      status = reason[0] < 0 ? reason[0] : status;
    }
    ClStatus.of(() -> CL.clReleaseEvent(written));
    return status;
  }

  /// OpenCL itself keeps the memory until the work queued before is done with it.
  void free(OpenClBuffer buffer) {
    taken.addAndGet(-buffer.bytes());
    release(buffer.memory());
  }

  private void release(cl_mem memory) {
    ClStatus.check(
        ClStatus.of(() -> CL.clReleaseMemObject(memory)),
        context.device(),
        () -> "giving memory back");
  }

  private DeviceException exhausted(long bytes, String why) {
    Device device = context.device();
    return new OutOfMemoryException(
        String.format(
            "%s out of memory: tried to allocate %,d bytes: %s. Of its %,d bytes %,d are taken by this"
                + " process, and one allocation has %,d at most. Close tensors that are no longer"
                + " needed, or work in smaller batches.",
            device, bytes, why, memory, taken.get(), largest));
  }
}
