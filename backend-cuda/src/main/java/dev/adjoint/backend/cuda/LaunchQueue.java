package dev.adjoint.backend.cuda;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.adjoint.lowering.KernelLaunch;
import dev.adjoint.spi.Buffer;
import dev.adjoint.spi.Launch;
import dev.adjoint.type.DeviceException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/// Starts kernels. A launch's kernels are queued without another's between them: they may hand
/// numbers on in scratch memory which all launches share.
///
/// With the property `adjoint.cuda.sync` each kernel is waited for, so that one which fails is named
/// by its own operation and not by whoever waits next.
final class LaunchQueue {
  static final String SYNC_PROPERTY = "adjoint.cuda.sync";

  /// What a kernel takes by value, pointers included, on all GPUs and drivers.
  private static final long MOST_BYTES = 4096;

  // The list that tells the driver where the parameters are: pairs of a key and a value.
  private static final long POINTER_KEY = 1;
  private static final long SIZE_KEY = 2;
  private static final long SIZE = 40;
  private static final long PARAMETERS = 64;

  private final CudaContext context;
  private final CudaPrograms programs;
  private final boolean waits = Boolean.getBoolean(SYNC_PROPERTY);
  private final ReentrantLock lock = new ReentrantLock();
  private final MemorySegment strip = Arena.ofAuto().allocate(PARAMETERS + MOST_BYTES, 64);
  private final long extra = strip.address();

  LaunchQueue(CudaContext context, CudaPrograms programs) {
    this.context = context;
    this.programs = programs;
    strip.setAtIndex(JAVA_LONG, 0, POINTER_KEY);
    strip.setAtIndex(JAVA_LONG, 1, extra + PARAMETERS);
    strip.setAtIndex(JAVA_LONG, 2, SIZE_KEY);
    strip.setAtIndex(JAVA_LONG, 3, extra + SIZE);
    strip.setAtIndex(JAVA_LONG, 4, 0);
  }

  /// Builds what is not built yet.
  void load(List<KernelLaunch> launches, Launch cause) {
    launches.forEach(launch -> kernel(launch, cause));
  }

  /// Builds what is not built yet, then queues all of them.
  ///
  /// @param cause what they are for
  /// @param stream the device's, or one that captures
  void run(List<KernelLaunch> launches, Launch cause, long stream) {
    long[] kernels = new long[launches.size()];
    for (int i = 0; i < kernels.length; i++) {
      kernels[i] = kernel(launches.get(i), cause);
    }
    lock.lock();
    try {
      context.makeCurrent();
      for (int i = 0; i < kernels.length; i++) {
        start(launches.get(i), kernels[i], cause, stream);
      }
    } finally {
      lock.unlock();
    }
  }

  private long kernel(KernelLaunch launch, Launch cause) {
    return programs
        .find(launch.source(), cause.op())
        .orElseThrow(() ->
            new DeviceException(
                context.device() + ": " + cause.op() + ": no kernel " + launch.source()))
        .handle();
  }

  private void start(KernelLaunch launch, long kernel, Launch cause, long stream) {
    Buffer[] buffers = launch.buffers();
    long[] words = launch.words();
    long bytes = 8L * (buffers.length + words.length);
    if (bytes > MOST_BYTES) {
      throw new DeviceException(
          context.device()
              + ": "
              + cause.description()
              + ": a kernel takes "
              + MOST_BYTES
              + " bytes of parameters, not "
              + bytes
              + ". Make some operands contiguous().");
    }
    long at = PARAMETERS;
    for (Buffer buffer : buffers) {
      strip.set(JAVA_LONG, at, buffer == null ? 0 : ((CudaBuffer) buffer).address());
      at += 8;
    }
    MemorySegment.copy(words, 0, strip, JAVA_LONG, at, words.length);
    strip.set(JAVA_LONG, SIZE, bytes);
    int groups = (int) launch.groups();
    int status = Driver.launch(kernel, groups, launch.lanes(), stream, extra);
    if (waits && stream == context.stream() && status == CudaStatus.SUCCESS) {
      status = Driver.synchronize(context.stream());
    }
    if (status != CudaStatus.SUCCESS) {
      throw failure(status, launch, cause);
    }
  }

  private DeviceException failure(int status, KernelLaunch launch, Launch cause) {
    String doing =
        String.format(
            "%s: cannot run the kernel %s in %d groups of %d lanes",
            cause.description(), launch.source(), launch.groups(), launch.lanes());
    return CudaStatus.exception(status, context.device(), doing);
  }
}
