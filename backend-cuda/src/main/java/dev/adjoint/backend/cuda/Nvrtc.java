package dev.adjoint.backend.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// NVIDIA's run-time compiler, where it is installed and the property `adjoint.cuda.nvrtc` is not
/// `false`; the property may name its file.
final class Nvrtc {
  static final String PROPERTY = "adjoint.cuda.nvrtc";
  static final List<String> SONAMES =
      List.of("libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so.11.2");

  private static final int SUCCESS = 0;
  private static final int COMPILATION_ERROR = 6;

  private final ToolkitLibrary library;
  private final int version;
  private final List<Integer> architectures;
  private final MethodHandle create;
  private final MethodHandle compile;
  private final MethodHandle destroy;

  /// What a source was compiled to, or why it was not.
  ///
  /// @param image a cubin or PTX
  /// @param log what the compiler says
  @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
  record Result(byte @Nullable [] image, String log) {}

  /// The compiler for drivers of this version; null when there is none.
  static @Nullable Nvrtc find(int driverVersion) {
    ToolkitLibrary library = ToolkitLibrary.find(PROPERTY, SONAMES, driverVersion);
    return library == null ? null : new Nvrtc(library);
  }

  private Nvrtc(ToolkitLibrary library) {
    this.library = library;
    this.create =
        function("nvrtcCreateProgram", ADDRESS, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS);
    this.compile = function("nvrtcCompileProgram", JAVA_LONG, JAVA_INT, ADDRESS);
    this.destroy = function("nvrtcDestroyProgram", ADDRESS);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment numbers = arena.allocate(JAVA_INT, 2);
      call(function("nvrtcVersion", ADDRESS, ADDRESS), numbers, numbers.asSlice(4));
      this.version = 1000 * numbers.get(JAVA_INT, 0) + 10 * numbers.get(JAVA_INT, 4);
      call(function("nvrtcGetNumSupportedArchs", ADDRESS), numbers);
      MemorySegment all = arena.allocate(JAVA_INT, Math.max(1, numbers.get(JAVA_INT, 0)));
      call(function("nvrtcGetSupportedArchs", ADDRESS), all);
      List<Integer> known = new ArrayList<>();
      for (int i = 0; i < numbers.get(JAVA_INT, 0); i++) {
        known.add(all.getAtIndex(JAVA_INT, i));
      }
      this.architectures = List.copyOf(known);
    }
  }

  /// `NVRTC 12.4 (libnvrtc.so.12)`
  String description() {
    return String.format("NVRTC %d.%d (%s)", version / 1000, version % 1000 / 10, library.file());
  }

  /// All that a compiled kernel depends on, beside its source: the compiler, and the target.
  ///
  /// @param architecture the device's, as 10 x major + minor
  String key(int architecture) {
    return version + " " + String.join(" ", options(architecture));
  }

  /// A device that it does not know gets PTX for the newest that it does, which the driver compiles.
  List<String> options(int architecture) {
    int target =
        architectures.stream().filter(a -> a <= architecture).max(Integer::compare).orElse(0);
    String kind = target == architecture ? "sm_" : "compute_";
    // No contraction: results are those of other devices. Hexadecimal numbers are C++17.
    return List.of("--gpu-architecture=" + kind + target, "--std=c++17", "--fmad=false");
  }

  /// Why there are no kernels for a device; null when there are.
  @Nullable String complaint(int architecture) {
    return architectures.stream().anyMatch(a -> a <= architecture)
        ? null
        : description() + " compiles for none older than sm_" + architectures.getFirst();
  }

  Result compile(String source, String name, int architecture) {
    List<String> options = options(architecture);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment holder = arena.allocate(ADDRESS);
      MemorySegment text = arena.allocateFrom(source);
      MemorySegment file = arena.allocateFrom(name + ".cu");
      MemorySegment none = MemorySegment.NULL;
      int status = (int) create.invokeExact(holder, text, file, 0, none, none);
      if (status != SUCCESS) {
        return new Result(null, "nvrtcCreateProgram answers " + status);
      }
      MemorySegment list = arena.allocate(ADDRESS, options.size());
      for (int i = 0; i < options.size(); i++) {
        list.setAtIndex(ADDRESS, i, arena.allocateFrom(options.get(i)));
      }
      long program = holder.get(JAVA_LONG, 0);
      status = (int) compile.invokeExact(program, options.size(), list);
      String log = new String(bytes(program, "nvrtcGetProgramLog"), StandardCharsets.UTF_8);
      byte[] image = null;
      if (status == SUCCESS) {
        boolean whole = options.getFirst().contains("=sm_");
        image = bytes(program, whole ? "nvrtcGetCUBIN" : "nvrtcGetPTX");
      } else if (status != COMPILATION_ERROR) {
        log = "nvrtcCompileProgram answers " + status + ". " + log;
      }
      call(destroy, holder);
      return new Result(image, log.replace("\0", "").strip());
    } catch (Throwable e) {
      throw ToolkitLibrary.unexpected(e);
    }
  }

  /// What a function of a program yields whose size another one tells.
  private byte[] bytes(long program, String name) throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment size = arena.allocate(JAVA_LONG);
      int sized = (int) function(name + "Size", JAVA_LONG, ADDRESS).invokeExact(program, size);
      MemorySegment all = arena.allocate(Math.max(1, size.get(JAVA_LONG, 0)));
      int got = (int) function(name, JAVA_LONG, ADDRESS).invokeExact(program, all);
      return sized == SUCCESS && got == SUCCESS ? all.toArray(JAVA_BYTE) : new byte[0];
    }
  }

  private MethodHandle function(String name, MemoryLayout... parameters) {
    return library.function(name, parameters);
  }

  private static void call(MethodHandle function, Object... arguments) {
    try {
      function.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw ToolkitLibrary.unexpected(e);
    }
  }
}
