package dev.adjoint.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.spi.Backend;
import dev.adjoint.spi.Buffer;
import dev.adjoint.spi.ExecutableGraph;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;
import dev.adjoint.spi.Program;
import dev.adjoint.type.DType;
import dev.adjoint.type.DeviceException;
import dev.adjoint.type.OutOfMemoryException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What no stub can show: a real driver's refusals, crashes and concurrency.
@Tag("gpu")
@Timeout(120)
class GpuTest {
  private static final int N = 100_003;
  private static final long NOWHERE = 0x10;

  private static Launch copy(Buffer from, Buffer to, long n) {
    Program program = Program.of(List.of(DType.FLOAT32), List.of(), List.of(), List.of(0));
    Operand[] operands = {new Operand(from, 0, new long[] {1}), new Operand(to, 0, new long[] {1})};
    return new Launch.Elementwise("clone", program, new long[] {n}, operands, new long[0]);
  }

  private static float[] there(Backend backend, float[] numbers) {
    try (Arena arena = Arena.ofConfined()) {
      Buffer a = backend.allocate(4L * numbers.length);
      Buffer b = backend.allocate(4L * numbers.length);
      backend.upload(arena.allocateFrom(ValueLayout.JAVA_FLOAT, numbers), a, 0);
      backend.launch(copy(a, b, numbers.length));
      MemorySegment back = arena.allocate(4L * numbers.length, 4);
      backend.download(b, 0, back);
      backend.free(a);
      backend.free(b);
      return back.toArray(ValueLayout.JAVA_FLOAT);
    }
  }

  private static float[] counting(int n, int from) {
    float[] numbers = new float[n];
    for (int i = 0; i < n; i++) {
      numbers[i] = from + i;
    }
    return numbers;
  }

  @Test
  void memoryThatIsNotThereIsAnExceptionAndTheNextRequestIsMet() {
    try (Backend backend = new CudaProvider().open(0)) {
      OutOfMemoryException e =
          assertThrows(OutOfMemoryException.class, () -> backend.allocate(1L << 44));
      assertTrue(e.getMessage().contains("17,592,186,044,416 bytes"), e.getMessage());
      assertArrayEquals(counting(5, 1), there(backend, counting(5, 1)));
    }
  }

  @Test
  void aGraphReadsAnewAtEachLaunch() {
    try (CudaBackend backend = (CudaBackend) new CudaProvider().open(0);
        Arena arena = Arena.ofConfined()) {
      Buffer a = backend.allocate(4 * N);
      Buffer b = backend.allocate(4 * N);
      Buffer c = backend.allocate(4 * N);
      try (ExecutableGraph graph = backend.instantiate(List.of(copy(a, b, N), copy(b, c, N)))) {
        for (int from = 0; from < 3; from++) {
          backend.upload(arena.allocateFrom(ValueLayout.JAVA_FLOAT, counting(N, from)), a, 0);
          graph.launch();
          MemorySegment back = arena.allocate(4 * N, 4);
          backend.download(c, 0, back);
          assertArrayEquals(counting(N, from), back.toArray(ValueLayout.JAVA_FLOAT));
        }
      }
    }
  }

  @Test
  void transfersOfManySizesArrive() {
    try (Backend backend = new CudaProvider().open(0)) {
      for (int n = 1; n < 20_000_000; n = n * 5 + 1) {
        assertArrayEquals(counting(n, n), there(backend, counting(n, n)));
      }
    }
  }

  @Test
  void virtualThreadsShareOneDevice() throws Exception {
    try (Backend backend = new CudaProvider().open(0);
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<float[]>> runs = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        int from = i;
        runs.add(executor.submit(() -> there(backend, counting(N, from))));
      }
      for (int i = 0; i < runs.size(); i++) {
        assertArrayEquals(counting(N, i), runs.get(i).get());
      }
    }
  }

  /// In a process of its own: after a crash the device is lost to its process.
  @Test
  void aKernelThatReadsNowhereIsAnExceptionAndTheProcessGoesOn()
      throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process child =
        new ProcessBuilder(
                java,
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Crash.class.getName())
            .redirectErrorStream(true)
            .start();
    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, child.waitFor(), said);
    assertTrue(said.contains("CUDA_ERROR_ILLEGAL_ADDRESS"), said);
    assertTrue(said.endsWith("still here\n"), said);
  }

  /// Copies from where no memory is, and lives to tell.
  static final class Crash {
    private Crash() {}

    public static void main(String[] args) {
      Backend backend = new CudaProvider().open(0);
      Buffer to = backend.allocate(4 * N);
      backend.launch(copy(new CudaBuffer(NOWHERE, 4 * N), to, N));
      for (int i = 0; i < 2; i++) {
        System.out.println(assertThrows(DeviceException.class, backend::synchronize).getMessage());
      }
      backend.close();
      System.out.println("still here");
    }
  }
}
