package dev.adjoint.backend.cuda;

import dev.adjoint.type.Device;
import jcuda.driver.CUcontext;
import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;

/// A device in use: its primary context, which all CUDA libraries of the process share, and a stream
/// of our own that runs everything in order.
final class CudaContext implements AutoCloseable {

  /// JCuda shows a handle to subclasses only.
  private static final class Context extends CUcontext {
    long handle() {
      return getNativePointer();
    }
  }

  private static final class Stream extends CUstream {
    long handle() {
      return getNativePointer();
    }
  }

  private final Device device;
  private final CudaDevice traits;
  private final Stream stream = new Stream();
  private final long context;
  private final long streamHandle;

  CudaContext(CudaDevice traits, Device device) {
    this.traits = traits;
    this.device = device;
    Context primary = new Context();
    check(
        CudaStatus.of(() -> JCudaDriver.cuDevicePrimaryCtxRetain(primary, traits.id())),
        "cannot make a context");
    this.context = primary.handle();
    makeCurrent();
    int made =
        CudaStatus.of(
            () -> JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING));
    if (made != CudaStatus.SUCCESS) {
      release();
    }
    check(made, "cannot make a stream");
    this.streamHandle = stream.handle();
  }

  Device device() {
    return device;
  }

  CudaDevice traits() {
    return traits;
  }

  /// The stream as [Driver] takes it.
  long stream() {
    return streamHandle;
  }

  /// Makes the context the OS thread's, which is needed before any call that has no handle of it. It
  /// must be made anew for each batch of calls: this thread may have been carried by another OS
  /// thread before, or another device's batch may have come between.
  void makeCurrent() {
    check(Driver.setCurrent(context), "cannot use the context");
  }

  /// Waits for all that is queued.
  void finish() {
    makeCurrent();
    check(Driver.synchronize(streamHandle), "waiting for the stream");
  }

  private void check(int status, String doing) {
    CudaStatus.check(status, device, () -> doing);
  }

  private void release() {
    CudaStatus.of(() -> JCudaDriver.cuDevicePrimaryCtxRelease(traits.id()));
  }

  @Override
  public void close() {
    makeCurrent();
    CudaStatus.of(() -> JCudaDriver.cuStreamDestroy(stream));
    release();
  }
}
