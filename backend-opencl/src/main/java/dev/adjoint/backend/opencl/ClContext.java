package dev.adjoint.backend.opencl;

import dev.adjoint.type.Device;
import org.jocl.CL;
import org.jocl.cl_command_queue;
import org.jocl.cl_context;
import org.jocl.cl_context_properties;
import org.jocl.cl_device_id;

/// A device in use: its one context and its one queue, which runs everything in order.
final class ClContext implements AutoCloseable {
  private final Device device;
  private final ClDevice traits;
  private final cl_context context;
  private final cl_command_queue queue;

  @SuppressWarnings("deprecation") // a 1.2 device has no other queue
  ClContext(ClDevice traits, Device device) {
    this.traits = traits;
    this.device = device;
    cl_context_properties properties = new cl_context_properties();
    properties.addProperty(CL.CL_CONTEXT_PLATFORM, traits.platform());
    cl_device_id[] ids = {traits.id()};
    this.context =
        ClStatus.made(
            device,
            "cannot make a context",
            status -> CL.clCreateContext(properties, 1, ids, null, null, status));
    this.queue =
        ClStatus.made(
            device,
            "cannot make a queue",
            status -> CL.clCreateCommandQueue(context, traits.id(), 0, status));
  }

  Device device() {
    return device;
  }

  ClDevice traits() {
    return traits;
  }

  cl_context context() {
    return context;
  }

  cl_command_queue queue() {
    return queue;
  }

  /// The queue as [Driver] takes it.
  long queueHandle() {
    return queue.getNativePointer();
  }

  void finish() {
    ClStatus.check(Driver.finish(queueHandle()), device, () -> "waiting for the queue");
  }

  @Override
  public void close() {
    ClStatus.of(() -> CL.clReleaseCommandQueue(queue));
    ClStatus.of(() -> CL.clReleaseContext(context));
  }
}
