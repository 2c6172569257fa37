package dev.adjoint.backend.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.adjoint.type.DeviceException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Tells OpenBLAS which kernels to take, where it would not know.
///
/// It knows AMD's processors by their numbers. One newer than the library gets kernels for vectors of
/// 256 bits, although it has 512, and products take twice the time.
final class OpenBlasCore {
  static final String VARIABLE = "OPENBLAS_CORETYPE";

  private OpenBlasCore() {}

  /// Loads a library that reads the choice as it is loaded. The variable goes away again, since
  /// processes started from here would inherit it; one of the user's own is left alone.
  static <T extends @Nullable Object> T chosenFor(Supplier<T> load) {
    String core = System.getenv(VARIABLE) == null ? ofThisMachine() : null;
    if (core == null) {
      return load.get();
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment variable = arena.allocateFrom(VARIABLE);
      MethodHandle set = function("setenv", ADDRESS, ADDRESS, JAVA_INT);
      MethodHandle unset = function("unsetenv", ADDRESS);
      int _ = (int) set.invokeExact(variable, arena.allocateFrom(core), 1);
      try {
        return load.get();
      } finally {
        int _ = (int) unset.invokeExact(variable);
      }
    } catch (DeviceException e) {
      throw e;
    } catch (Throwable e) {
      throw NativeKernels.unexpected(e);
    }
  }

  private static @Nullable String ofThisMachine() {
    if (!NativeLibrary.PLATFORM.equals("linux-x86_64")) {
      return null;
    }
    return of(Processor.lines());
  }

  /// The kernels for a processor that Linux describes by these lines; null leaves it to OpenBLAS.
  static @Nullable String of(List<String> lines) {
    List<String> words = Processor.flags(lines);
    if (!Processor.value(lines, "vendor_id").equals("AuthenticAMD")
        || !words.containsAll(Processor.AVX512)) {
      return null;
    }
    return words.contains("avx512_bf16") ? "Cooperlake" : "SkylakeX";
  }

  @SuppressWarnings("restricted")
  private static MethodHandle function(String name, MemoryLayout... types) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(JAVA_INT, types));
  }
}
