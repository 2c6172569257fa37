package dev.adjoint.backend.opencl;

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
/// numbers on in scratch memory which all launches share, and a kernel object holds one set of
/// arguments at a time.
final class KernelQueue {
  /// Drivers that collect launches must not leave the device idle for long.
  private static final int FLUSH_EVERY = 16;

  /// A host that never asks for a result must not run away from the device: what waits takes memory.
  private static final int WAIT_EVERY = 4096;

  // Where what the driver reads lies in the strip: it copies all of it during the call.
  private static final long GLOBAL = 0;
  private static final long LOCAL = 8;
  private static final long HANDLE = 16;
  private static final long WORDS = 24;

  private final ClContext context;
  private final Programs programs;
  private final long queue;
  private final ReentrantLock lock = new ReentrantLock();
  private MemorySegment strip = Arena.ofAuto().allocate(4096, 64);
  private int started;

  KernelQueue(ClContext context, Programs programs) {
    this.context = context;
    this.programs = programs;
    this.queue = context.queueHandle();
  }

  /// Builds what is not built yet, then queues all of them.
  ///
  /// @param cause what they are for
  void run(List<KernelLaunch> launches, Launch cause) {
    OpenClProgram[] kernels = new OpenClProgram[launches.size()];
    for (int i = 0; i < kernels.length; i++) {
      kernels[i] = programs.program(launches.get(i).source(), cause.op());
    }
    lock.lock();
    try {
      for (int i = 0; i < kernels.length; i++) {
        start(launches.get(i), kernels[i], cause);
      }
    } finally {
      lock.unlock();
    }
  }

  private void start(KernelLaunch launch, OpenClProgram kernel, Launch cause) {
    long handle = kernel.handle();
    int status = setArguments(launch, handle);
    if (status == ClStatus.SUCCESS) {
      long address = strip.address();
      strip.set(JAVA_LONG, GLOBAL, launch.groups() * launch.lanes());
      strip.set(JAVA_LONG, LOCAL, launch.lanes());
      status = Driver.run(queue, handle, address + GLOBAL, address + LOCAL);
    }
    if (status != ClStatus.SUCCESS) {
      throw failure(status, launch, kernel, cause);
    }
    keepMoving();
  }

  private int setArguments(KernelLaunch launch, long kernel) {
    long bytes = launch.words().length * 8L;
    if (WORDS + bytes > strip.byteSize()) {
      strip = Arena.ofAuto().allocate(WORDS + bytes, 64);
    }
    long address = strip.address();
    int argument = 0;
    for (Buffer buffer : launch.buffers()) {
      long value = 0;
      if (buffer != null) {
        strip.set(JAVA_LONG, HANDLE, ((OpenClBuffer) buffer).handle());
        value = address + HANDLE;
      }
      int status = Driver.setArgument(kernel, argument++, 8, value);
      if (status != ClStatus.SUCCESS) {
        return status;
      }
    }
    if (bytes == 0) {
      return ClStatus.SUCCESS;
    }
    MemorySegment.copy(launch.words(), 0, strip, JAVA_LONG, WORDS, launch.words().length);
    return Driver.setArgument(kernel, argument, bytes, address + WORDS);
  }

  private void keepMoving() {
    started++;
    if (started % WAIT_EVERY == 0) {
      context.finish();
    } else if (started % FLUSH_EVERY == 0) {
      ClStatus.check(Driver.flush(queue), context.device(), () -> "starting kernels");
    }
  }

  private DeviceException failure(
      int status, KernelLaunch launch, OpenClProgram kernel, Launch cause) {
    String doing =
        cause.description()
            + ": cannot run the kernel "
            + launch.source()
            + " in "
            + launch.groups()
            + " groups of "
            + launch.lanes()
            + " lanes (it can have "
            + kernel.lanes(context)
            + ")";
    return ClStatus.exception(status, context.device(), doing);
  }
}
