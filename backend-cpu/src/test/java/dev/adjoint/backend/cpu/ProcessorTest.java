package dev.adjoint.backend.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/// Which of the kernel libraries a processor gets, and that all which run here agree with Java.
class ProcessorTest {
  private static final String AVX2 = "avx avx2 bmi1 bmi2 f16c fma abm movbe";
  private static final String AVX512 = AVX2 + " avx512f avx512bw avx512cd avx512dq avx512vl";
  private static final int N = 1024;

  private static List<String> levels(String flags) {
    return Processor.levels(List.of("processor\t: 0", "flags\t\t: fpu sse2 " + flags));
  }

  @Test
  void aProcessorGetsTheBestLibraryThatItCanRun() {
    assertEquals(List.of("-avx512", "-avx2", ""), levels(AVX512));
    assertEquals(List.of("-avx2", ""), levels(AVX2));
    assertEquals(List.of("-avx2", ""), levels(AVX512.replace("avx512vl", "")));
    assertEquals(List.of(""), levels(AVX2.replace("fma", "")));
    assertEquals(List.of(""), Processor.levels(List.of()));
  }

  /// Of a guest on AMD's fifth EPYC, whose hypervisor lists no LZCNT.
  @Test
  void onlyWhatTheLibraryUsesIsAskedFor() {
    assertEquals(List.of("-avx512", "-avx2", ""), levels(AVX512.replace("abm ", "")));
  }

  @Test
  void eachLibraryThatRunsHereAgreesWithJava() throws Throwable {
    int libraries = 0;
    for (String level : Processor.levels(Processor.lines())) {
      Path file = NativeLibrary.extract(NativeLibrary.resource(level));
      if (file != null) {
        libraries++;
        for (String row : List.of("exp", "sigmoid", "silu", "tanh", "erf", "gelu", "gelu_slope")) {
          check(NativeLibrary.load(file), level, row);
        }
      }
    }
    assertTrue(libraries > 0);
  }

  @SuppressWarnings("restricted")
  private static void check(SymbolLookup library, String level, String row) throws Throwable {
    DoubleUnaryOperator reference = References.UNARY.get(row);
    assertNotNull(reference, row);
    MethodHandle loop =
        Linker.nativeLinker()
            .downcallHandle(
                library.findOrThrow("unary_" + row + "_f32"),
                FunctionDescriptor.ofVoid(JAVA_LONG, ADDRESS, ADDRESS));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment x = arena.allocate(JAVA_FLOAT, N);
      MemorySegment y = arena.allocate(JAVA_FLOAT, N);
      for (int i = 0; i < N; i++) {
        x.setAtIndex(JAVA_FLOAT, i, (i - N / 2) / 64f);
      }
      loop.invokeExact((long) N, y, arena.allocateFrom(ADDRESS, x));
      for (int i = 0; i < N; i++) {
        double at = x.getAtIndex(JAVA_FLOAT, i);
        double want = reference.applyAsDouble(at);
        double unit = row.startsWith("gelu") ? Math.max(1, Math.abs(at)) : Math.abs(want);
        double bound = 8 * 0x1p-24 * unit;
        assertEquals(want, y.getAtIndex(JAVA_FLOAT, i), bound, row + level + " of " + at);
      }
    }
  }
}
