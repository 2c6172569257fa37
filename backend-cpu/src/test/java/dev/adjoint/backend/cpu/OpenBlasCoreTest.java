package dev.adjoint.backend.cpu;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Which kernels OpenBLAS is told to take, and that nobody else is told.
class OpenBlasCoreTest {
  private static final String WIDE =
      "fpu sse2 avx2 fma avx512f avx512dq avx512cd avx512bw avx512vl";

  private static @Nullable String core(String vendor, String flags) {
    return OpenBlasCore.of(
        List.of(
            "processor\t: 0", "vendor_id\t: " + vendor, "cpu family\t: 26", "flags\t\t: " + flags));
  }

  @Test
  void wideVectorsOfAmdAreNamed() {
    assertEquals("Cooperlake", core("AuthenticAMD", WIDE + " avx512_bf16 clzero"));
    assertEquals("SkylakeX", core("AuthenticAMD", WIDE));
  }

  @Test
  void otherProcessorsAreLeftToOpenBlas() {
    assertNull(core("AuthenticAMD", "fpu sse2 avx2 fma"));
    assertNull(core("AuthenticAMD", "fpu sse2 avx2 fma avx512f"));
    assertNull(core("GenuineIntel", WIDE));
    assertNull(OpenBlasCore.of(List.of()));
  }

  @Test
  void processesStartedFromHereAreNotTold() throws Exception {
    String before = System.getenv("OPENBLAS_CORETYPE");
    Blas.get();
    Process child = new ProcessBuilder("sh", "-c", "echo \"$OPENBLAS_CORETYPE\"").start();
    String seen = new String(child.getInputStream().readAllBytes(), UTF_8).strip();
    assertEquals(before == null ? "" : before, seen);
  }
}
