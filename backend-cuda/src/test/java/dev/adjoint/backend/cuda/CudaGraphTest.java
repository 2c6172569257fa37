package dev.adjoint.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.spi.Buffer;
import dev.adjoint.spi.ExecutableGraph;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;
import dev.adjoint.spi.Program;
import dev.adjoint.type.DType;
import dev.adjoint.type.DeviceException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Work that is captured once and launched as a whole.
@Tag("sources")
@Timeout(60)
class CudaGraphTest {
  private static final int N = 100;

  private static List<String> calls() {
    return StubDriver.log().stream()
        .filter(l -> l.contains("captur") || l.contains("graph"))
        .toList();
  }

  private static ExecutableGraph ramps(CudaBackend backend, Buffer a, int step, Runnable after) {
    return backend.capture(1, stream -> OnStub.rampOn(backend, a, step, N, stream), after);
  }

  @Test
  void whatIsCapturedRunsAtEachLaunchAndNotBefore() throws Exception {
    OnStub.run(backend -> {
      Buffer a = backend.allocate(4 * N);
      OnStub.ramp(backend, null, a, 0, N);
      List<String> after = new ArrayList<>();
      ExecutableGraph graph = ramps(backend, a, 1, () -> after.add("released"));
      assertEquals(0, OnStub.floats(backend, a, N)[99]);
      graph.launch();
      graph.launch();
      OnStub.ramp(backend, a, a, 10, N);
      graph.launch();
      assertEquals(99 * 13, OnStub.floats(backend, a, N)[99]);
      graph.close();
      assertEquals(List.of("released"), after);
      assertEquals(
          List.of(
              "began a capture",
              "captured 1",
              "instantiated a graph",
              "destroyed a graph",
              "launched a graph of 1",
              "launched a graph of 1",
              "launched a graph of 1",
              "destroyed an executable graph"),
          calls());
    });
  }

  @Test
  void otherThreadsWorkGoesOnWhileAStreamCaptures() throws Exception {
    OnStub.run(backend -> {
      Buffer a = backend.allocate(4 * N);
      OnStub.ramp(backend, null, a, 0, N);
      try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
        ExecutableGraph graph =
            backend.capture(
                1,
                stream -> {
                  OnStub.rampOn(backend, a, 1, N, stream);
                  Future<Float> other = pool.submit(() -> meanwhile(backend));
                  assertEquals(99 * 5, get(other));
                },
                () -> {});
        graph.launch();
        assertEquals(99, OnStub.floats(backend, a, N)[99]);
        assertTrue(StubDriver.log().contains("captured 1"));
        graph.close();
      }
    });
  }

  private static float meanwhile(CudaBackend backend) {
    Buffer b = backend.allocate(4 * N);
    OnStub.ramp(backend, null, b, 5, N);
    float last = OnStub.floats(backend, b, N)[99];
    backend.free(b);
    return last;
  }

  private static float get(Future<Float> future) {
    try {
      return future.get();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aFailureLeavesNoGraphAndTheNextCaptureWorks() throws Exception {
    OnStub.run(backend -> {
      Buffer a = backend.allocate(4 * N);
      OnStub.ramp(backend, null, a, 0, N);
      for (String call :
          List.of(
              "cuStreamCreate",
              "cuStreamBeginCapture_v2",
              "cuLaunchKernel",
              "cuStreamEndCapture",
              "cuGraphInstantiateWithFlags")) {
        StubDriver.fail(call, CudaStatus.LAUNCH_OUT_OF_RESOURCES, 1);
        DeviceException e =
            assertThrows(DeviceException.class, () -> ramps(backend, a, 1, () -> {}), call);
        assertTrue(e.getMessage().contains("(701)"), e.getMessage());
      }
      IllegalStateException thrown = new IllegalStateException();
      LongConsumer throwing =
          stream -> {
            OnStub.rampOn(backend, a, 1, N, stream);
            throw thrown;
          };
      assertSame(
          thrown,
          assertThrows(IllegalStateException.class, () -> backend.capture(1, throwing, () -> {})));
      ExecutableGraph graph = ramps(backend, a, 1, () -> {});
      graph.launch();
      assertEquals(99, OnStub.floats(backend, a, N)[99]);
      graph.close();
    });
  }

  @Test
  void aCaptureThatIsInvalidatedSaysSo() throws Exception {
    OnStub.run(backend -> {
      Buffer a = backend.allocate(4 * N);
      DeviceException e =
          assertThrows(
              DeviceException.class,
              () -> backend.capture(3, stream -> Driver.synchronize(stream), () -> {}));
      assertTrue(
          e.getMessage().startsWith("cuda:0: capturing a graph of 3 launches: CUDA_ERROR"),
          e.getMessage());
      assertTrue(calls().contains("lost a capture"));
      OnStub.ramp(backend, null, a, 2, N);
      assertEquals(198, OnStub.floats(backend, a, N)[99]);
    });
  }

  @Test
  void aLaunchThatFailsNamesTheGraph() throws Exception {
    OnStub.run(backend -> {
      Buffer a = backend.allocate(4 * N);
      ExecutableGraph graph = ramps(backend, a, 1, () -> {});
      StubDriver.fail("cuGraphLaunch", CudaStatus.OUT_OF_MEMORY, 1);
      DeviceException e = assertThrows(DeviceException.class, graph::launch);
      assertTrue(
          e.getMessage().startsWith("cuda:0: replaying a graph of 1 launches: CUDA_ERROR_OUT_OF"),
          e.getMessage());
      graph.launch();
      graph.close();
    });
  }

  @Test
  void aLaunchThatHasNoKernelLeavesNothingTaken() throws Exception {
    OnStub.run(backend -> {
      Buffer a = backend.allocate(4 * N);
      long before = StubDriver.taken(0);
      Operand o = new Operand(a, 0, new long[] {1});
      Program copy = Program.of(List.of(DType.FLOAT32), List.of(), List.of(), List.of(0));
      Launch launch =
          new Launch.Elementwise("clone", copy, new long[] {N}, new Operand[] {o, o}, new long[0]);
      assertThrows(DeviceException.class, () -> backend.instantiate(List.of(launch)));
      assertEquals(before, StubDriver.taken(0));
      assertFalse(calls().contains("began a capture"));
    });
  }
}
