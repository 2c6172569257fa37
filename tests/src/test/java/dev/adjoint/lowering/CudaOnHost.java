package dev.adjoint.lowering;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.adjoint.spi.Buffer;
import dev.adjoint.type.DType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Compiles CUDA C for the host, by `native-kernels/test/cuda_on_host.h`, and runs it: whoever has no
/// GPU learns what a kernel computes all the same. Needs `g++`.
final class CudaOnHost {
  private static final Pattern ENTRY =
      Pattern.compile("extern \"C\" __attribute__\\(\\(used\\)\\) void\\s+(\\w+)");
  private static final Path SHIM = shim();

  private final Lowering lowering;
  private final Path folder;
  private final Map<String, MethodHandle> functions = new HashMap<>();
  private final Map<String, DType> catalogue = new HashMap<>();

  CudaOnHost(Lowering lowering) throws IOException {
    this.lowering = lowering;
    this.folder = Files.createTempDirectory("adjoint-cuda-on-host");
    folder.toFile().deleteOnExit();
    for (DType type : DType.values()) {
      lowering.catalogue(type).forEach(kernel -> catalogue.putIfAbsent(kernel.name(), type));
    }
  }

  /// Whether this machine has what it takes.
  static boolean isPossible() {
    try {
      return SHIM != null && new ProcessBuilder("g++", "--version").start().waitFor() == 0;
    } catch (IOException | InterruptedException e) {
      return false;
    }
  }

  /// Relative to the working directory of Maven's tests.
  private static Path shim() {
    Path file = Path.of("../native-kernels/test/cuda_on_host.h").toAbsolutePath().normalize();
    return Files.exists(file) ? file : null;
  }

  /// Whether there is such a kernel; of the catalogue, all of its type are compiled together.
  synchronized boolean has(KernelSource source) {
    if (!functions.containsKey(source.name())) {
      DType type = catalogue.get(source.name());
      if (type == null) {
        compile(source.rows(), List.of(source));
      } else if (!functions.containsKey("all " + type)) {
        compileAll(type);
      }
    }
    return functions.containsKey(source.name());
  }

  private void compileAll(DType type) {
    List<KernelSource> generated = new ArrayList<>();
    Map<String, KernelSource> structured = new HashMap<>();
    for (KernelSource kernel : lowering.catalogue(type)) {
      if (kernel.name().matches("(elementwise|fold)_[0-9a-f]{20}")) {
        generated.add(kernel);
      } else {
        structured.putIfAbsent(kernel.entry(), kernel);
      }
    }
    compile(KernelFiles.rows(List.of(DType.values())), generated);
    compile(KernelFiles.words(type, false), structured.values());
    functions.put("all " + type, null);
  }

  /// Compiles several kernels as one text.
  synchronized void compile(String rows, Collection<KernelSource> kernels) {
    try {
      StringBuilder text = new StringBuilder("#include \"" + SHIM + "\"\n").append(rows);
      int number = 0;
      for (KernelSource kernel : kernels) {
        text.append("namespace n").append(number++).append(" {\n").append(kernel.entry());
        text.append("}\nusing namespace n").append(number - 1).append(";\n");
      }
      Path source = Files.createTempFile(folder, "kernels", ".cpp");
      Files.writeString(source, text);
      Set<String> entries = entries(run("g++", "-std=gnu++17", "-E", "-P", source.toString()));
      entries.forEach(entry -> text.append("HOST_ENTRY(").append(entry).append(")\n"));
      Files.writeString(source, text);
      Path library = Path.of(source.toString().replace(".cpp", ".so"));
      run(
          "g++",
          "-std=gnu++17",
          "-O1",
          "-fPIC",
          "-shared",
          "-fwrapv",
          "-fno-strict-aliasing",
          "-ffp-contract=off",
          "-w",
          "-o",
          library.toString(),
          source.toString());
      load(library, entries);
      Files.delete(library);
      Files.delete(source);
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static Set<String> entries(String text) {
    Set<String> entries = new LinkedHashSet<>();
    Matcher entry = ENTRY.matcher(text);
    while (entry.find()) {
      entries.add(entry.group(1));
    }
    return entries;
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) {
      throw new AssertionError(String.join(" ", command) + "\n" + said);
    }
    return said;
  }

  @SuppressWarnings("restricted")
  private void load(Path library, Set<String> entries) {
    SymbolLookup symbols = SymbolLookup.libraryLookup(library, Arena.global());
    FunctionDescriptor type = FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT, JAVA_INT);
    for (String entry : entries) {
      MemorySegment address = symbols.find("host_" + entry).orElseThrow();
      functions.put(entry, Linker.nativeLinker().downcallHandle(address, type));
    }
  }

  /// Runs a kernel on buffers that the host sees.
  synchronized void run(KernelLaunch launch) {
    if (!has(launch.source())) {
      throw new AssertionError("no kernel " + launch.source());
    }
    Buffer[] buffers = launch.buffers();
    long[] words = launch.words();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment packed = arena.allocate(8L * (buffers.length + words.length), 8);
      for (int b = 0; b < buffers.length; b++) {
        long address = buffers[b] == null ? 0 : buffers[b].hostView().address();
        packed.setAtIndex(JAVA_LONG, b, address);
      }
      MemorySegment.copy(words, 0, packed, JAVA_LONG, 8L * buffers.length, words.length);
      functions.get(launch.source().name()).invoke(packed, (int) launch.groups(), launch.lanes());
    } catch (Throwable e) {
      throw new AssertionError(launch.source() + " failed", e);
    }
  }
}
