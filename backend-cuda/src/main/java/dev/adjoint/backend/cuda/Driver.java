package dev.adjoint.backend.cuda;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Objects;

/// The functions that every launch and transfer needs, some thirty times faster than by way of JCuda.
/// Objects and addresses travel as longs; results are those of [CudaStatus].
final class Driver {
  static final SymbolLookup LIBRARY =
      Objects.requireNonNull(
          DriverLibrary.find(DriverLibrary.NAMES), "a provider looks before it opens");

  private static final MethodHandle SET_CURRENT = function("cuCtxSetCurrent", JAVA_LONG);
  private static final MethodHandle LAUNCH =
      function(
          "cuLaunchKernel",
          JAVA_LONG,
          JAVA_INT,
          JAVA_INT,
          JAVA_INT,
          JAVA_INT,
          JAVA_INT,
          JAVA_INT,
          JAVA_INT,
          JAVA_LONG,
          JAVA_LONG,
          JAVA_LONG);
  private static final MethodHandle WRITE =
      function("cuMemcpyHtoDAsync_v2", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle READ =
      function("cuMemcpyDtoHAsync_v2", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle SYNCHRONIZE = function("cuStreamSynchronize", JAVA_LONG);
  private static final MethodHandle ALLOCATE = function("cuMemAlloc_v2", JAVA_LONG, JAVA_LONG);
  private static final MethodHandle FREE = function("cuMemFree_v2", JAVA_LONG);
  private static final MethodHandle RECORD = function("cuEventRecord", JAVA_LONG, JAVA_LONG);
  private static final MethodHandle WAIT = function("cuEventSynchronize", JAVA_LONG);

  private Driver() {}

  /// Makes a context the calling OS thread's.
  static int setCurrent(long context) {
    try {
      return (int) SET_CURRENT.invokeExact(context);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /// Queues a kernel in one dimension.
  ///
  /// @param extra the address of the list that says where its parameters lie, packed, and how long
  static int launch(long kernel, int groups, int lanes, long stream, long extra) {
    try {
      return (int) LAUNCH.invokeExact(kernel, groups, 1, 1, lanes, 1, 1, 0, stream, 0L, extra);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /// Queues a copy to the device; pinned memory must stay as it is until the stream has passed it.
  static int write(long target, long source, long bytes, long stream) {
    try {
      return (int) WRITE.invokeExact(target, source, bytes, stream);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /// Queues a copy to the host.
  static int read(long target, long source, long bytes, long stream) {
    try {
      return (int) READ.invokeExact(target, source, bytes, stream);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /// Waits for all that is queued on a stream.
  static int synchronize(long stream) {
    try {
      return (int) SYNCHRONIZE.invokeExact(stream);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /// Takes memory at once.
  ///
  /// @param address where the memory's address is written
  static int allocate(long address, long bytes) {
    try {
      return (int) ALLOCATE.invokeExact(address, bytes);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /// Gives memory back that [#allocate] took, at once.
  static int free(long memory) {
    try {
      return (int) FREE.invokeExact(memory);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /// Has an event happen when all that is queued so far is done.
  static int record(long event, long stream) {
    try {
      return (int) RECORD.invokeExact(event, stream);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /// Waits for an event.
  static int waitFor(long event) {
    try {
      return (int) WAIT.invokeExact(event);
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

  /// A function of the driver that answers with a result.
  static MethodHandle function(String name, MemoryLayout... parameters) {
    return function(LIBRARY, name, parameters);
  }

  /// A function of some library that answers with an int.
  @SuppressWarnings("restricted")
  static MethodHandle function(SymbolLookup library, String name, MemoryLayout... parameters) {
    MemorySegment address = library.find(name).orElseThrow(() -> new UnsatisfiedLinkError(name));
    return Linker.nativeLinker()
        .downcallHandle(address, FunctionDescriptor.of(JAVA_INT, parameters));
  }
}
