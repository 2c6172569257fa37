package dev.adjoint.backend.opencl;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Objects;

/// The functions that every launch and transfer needs, some thirty times faster than by way of JOCL.
/// Objects and addresses travel as longs; results are OpenCL statuses.
final class Driver {
  private static final int FALSE = 0;
  private static final int TRUE = 1;

  private static final SymbolLookup LIBRARY =
      Objects.requireNonNull(IcdLoader.find(IcdLoader.NAMES), "a provider looks before it opens");

  private static final MethodHandle SET_ARGUMENT =
      function("clSetKernelArg", JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle RUN =
      function(
          "clEnqueueNDRangeKernel",
          JAVA_INT,
          JAVA_LONG,
          JAVA_LONG,
          JAVA_INT,
          JAVA_LONG,
          JAVA_LONG,
          JAVA_LONG,
          JAVA_INT,
          JAVA_LONG,
          JAVA_LONG);
  private static final MethodHandle WRITE = transfer("clEnqueueWriteBuffer");
  private static final MethodHandle READ = transfer("clEnqueueReadBuffer");
  private static final MethodHandle MAP =
      function(
          "clEnqueueMapBuffer",
          JAVA_LONG,
          JAVA_LONG,
          JAVA_LONG,
          JAVA_INT,
          JAVA_LONG,
          JAVA_LONG,
          JAVA_LONG,
          JAVA_INT,
          JAVA_LONG,
          JAVA_LONG,
          JAVA_LONG);
  private static final MethodHandle UNMAP =
      function(
          "clEnqueueUnmapMemObject",
          JAVA_INT,
          JAVA_LONG,
          JAVA_LONG,
          JAVA_LONG,
          JAVA_INT,
          JAVA_LONG,
          JAVA_LONG);
  private static final MethodHandle MARK =
      function("clEnqueueMarkerWithWaitList", JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle WAIT =
      function("clWaitForEvents", JAVA_INT, JAVA_INT, JAVA_LONG);
  private static final MethodHandle RELEASE = function("clReleaseEvent", JAVA_INT, JAVA_LONG);
  private static final MethodHandle FLUSH = function("clFlush", JAVA_INT, JAVA_LONG);
  private static final MethodHandle FINISH = function("clFinish", JAVA_INT, JAVA_LONG);

  private Driver() {}

  static int setArgument(long kernel, int index, long bytes, long value) {
    try {
      return (int) SET_ARGUMENT.invokeExact(kernel, index, bytes, value);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /// Queues a kernel in one dimension.
  ///
  /// @param global the address of the number of lanes in all
  /// @param local the address of the number of lanes of a group
  static int run(long queue, long kernel, long global, long local) {
    try {
      return (int) RUN.invokeExact(queue, kernel, 1, 0L, global, local, 0, 0L, 0L);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /// Queues a copy to the device; the source must stay as it is until the queue has passed it.
  static int write(long queue, long buffer, long offset, long bytes, long source) {
    try {
      return (int) WRITE.invokeExact(queue, buffer, FALSE, offset, bytes, source, 0, 0L, 0L);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /// Queues a copy to the host.
  ///
  /// @param event the address to write the event to that says when it is done; 0 to wait here
  static int read(long queue, long buffer, long offset, long bytes, long target, long event) {
    try {
      int wait = event == 0 ? TRUE : FALSE;
      return (int) READ.invokeExact(queue, buffer, wait, offset, bytes, target, 0, 0L, event);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /// Waits for the queue and yields the address at which the host may use a range of a buffer.
  ///
  /// @param status the address to write the status to
  static long map(long queue, long buffer, long flags, long offset, long bytes, long status) {
    try {
      return (long) MAP.invokeExact(queue, buffer, TRUE, flags, offset, bytes, 0, 0L, 0L, status);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static int unmap(long queue, long buffer, long mapped) {
    try {
      return (int) UNMAP.invokeExact(queue, buffer, mapped, 0, 0L, 0L);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /// Queues an event, written to this address, that is over when all before it is done.
  static int mark(long queue, long event) {
    try {
      return (int) MARK.invokeExact(queue, 0, 0L, event);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /// Waits for the event that this address holds.
  static int waitFor(long event) {
    try {
      return (int) WAIT.invokeExact(1, event);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static int release(long event) {
    try {
      return (int) RELEASE.invokeExact(event);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /// Has the device begin what is queued, which some drivers put off.
  static int flush(long queue) {
    try {
      return (int) FLUSH.invokeExact(queue);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static int finish(long queue) {
    try {
      return (int) FINISH.invokeExact(queue);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /// Native functions throw nothing, and the handles' types are those of the calls.
  static AssertionError unexpected(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return new AssertionError("a native call threw", e);
  }

  private static MethodHandle transfer(String name) {
    return function(
        name, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT,
        JAVA_LONG, JAVA_LONG);
  }

  @SuppressWarnings("restricted")
  private static MethodHandle function(
      String name, MemoryLayout result, MemoryLayout... parameters) {
    MemorySegment address = LIBRARY.find(name).orElseThrow(() -> new UnsatisfiedLinkError(name));
    return Linker.nativeLinker().downcallHandle(address, FunctionDescriptor.of(result, parameters));
  }
}
