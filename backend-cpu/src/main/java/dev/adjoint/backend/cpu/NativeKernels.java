package dev.adjoint.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.adjoint.type.DeviceException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/// The functions of the kernel library. Addresses travel as longs: memory is kept alive by whoever
/// launches, and nothing is wrapped on the way.
final class NativeKernels {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final SymbolLookup SYMBOLS = NativeLibrary.kernels();

  private static final MethodHandle ALLOCATE = function("adjoint_allocate", longs(1, true));
  private static final MethodHandle FREE = function("adjoint_free", longs(1, false));
  private static final MethodHandle ELEMENTWISE = function("adjoint_elementwise", longs(3, false));
  private static final MethodHandle SHORT_ELEMENTWISE =
      function("adjoint_elementwise", longs(3, false), Linker.Option.critical(false));
  private static final MethodHandle FOLD = function("adjoint_fold", longs(3, false));
  private static final MethodHandle SHORT_FOLD =
      function("adjoint_fold", longs(3, false), Linker.Option.critical(false));
  private static final MethodHandle FOLD_JOIN = function("adjoint_fold_join", longs(1, false));

  /// Each shape of call costs milliseconds to prepare, so what a short program may not need waits.
  private static final class Structured {
    private static final MethodHandle CALL = pointer(longs(4, false));
    private static final MethodHandle SHORT_CALL =
        pointer(longs(4, false), Linker.Option.critical(false));
  }

  private static final class Memory {
    private static final MethodHandle AVAILABLE = function("adjoint_available", longs(0, true));
    private static final MethodHandle GATHER_ROWS =
        function("adjoint_gather_rows", longs(5, false));
  }

  private NativeKernels() {}

  /// The address of a row, a reducer or a kernel; 0 when the library has none of that name.
  static long find(String symbol) {
    return SYMBOLS.find(symbol).map(MemorySegment::address).orElse(0L);
  }

  /// @throws DeviceException naming the symbol when the library lacks it
  static long require(String symbol) {
    long address = find(symbol);
    if (address == 0) {
      throw new DeviceException(
          "cpu: the kernel library has no "
              + symbol
              + ". Add its row to the table in native-kernels, or rebuild a stale library.");
    }
    return address;
  }

  /// The address of new memory; 0 when there is no room.
  static long allocate(long bytes) {
    try {
      return (long) ALLOCATE.invokeExact(bytes);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /// Bytes the system could still give; -1 when it does not say.
  static long available() {
    try {
      return (long) Memory.AVAILABLE.invokeExact();
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /// Copies so many bytes of each row, one after the other; rows lie `pitch` bytes apart.
  static void gatherRows(long from, long pitch, long to, long bytes, long rows) {
    try {
      Memory.GATHER_ROWS.invokeExact(from, pitch, to, bytes, rows);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static void free(long address) {
    try {
      FREE.invokeExact(address);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static void elementwise(long launch, long first, long last) {
    try {
      ELEMENTWISE.invokeExact(launch, first, last);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /// For microseconds of work: the collector waits while such a call runs, and the call costs less.
  static void shortElementwise(long launch, long first, long last) {
    try {
      SHORT_ELEMENTWISE.invokeExact(launch, first, last);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static void fold(long fold, long firstTask, long lastTask) {
    try {
      FOLD.invokeExact(fold, firstTask, lastTask);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static void shortFold(long fold, long firstTask, long lastTask) {
    try {
      SHORT_FOLD.invokeExact(fold, firstTask, lastTask);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static void foldJoin(long fold) {
    try {
      FOLD_JOIN.invokeExact(fold);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static void call(long kernel, long operands, long sizes, long firstGroup, long lastGroup) {
    try {
      Structured.CALL.invokeExact(
          MemorySegment.ofAddress(kernel), operands, sizes, firstGroup, lastGroup);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static void shortCall(long kernel, long operands, long sizes, long firstGroup, long lastGroup) {
    try {
      Structured.SHORT_CALL.invokeExact(
          MemorySegment.ofAddress(kernel), operands, sizes, firstGroup, lastGroup);
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

  private static FunctionDescriptor longs(int arguments, boolean returnsLong) {
    var parameters = new ValueLayout.OfLong[arguments];
    Arrays.fill(parameters, JAVA_LONG);
    return returnsLong
        ? FunctionDescriptor.of(JAVA_LONG, parameters)
        : FunctionDescriptor.ofVoid(parameters);
  }

  @SuppressWarnings("restricted")
  private static MethodHandle function(
      String name, FunctionDescriptor type, Linker.Option... options) {
    return LINKER.downcallHandle(MemorySegment.ofAddress(require(name)), type, options);
  }

  @SuppressWarnings("restricted")
  private static MethodHandle pointer(FunctionDescriptor type, Linker.Option... options) {
    return LINKER.downcallHandle(type, options);
  }
}
