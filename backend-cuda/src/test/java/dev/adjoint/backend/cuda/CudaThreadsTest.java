package dev.adjoint.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adjoint.spi.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The stub refuses every call on whose OS thread its context is not current.
@Timeout(60)
@Tag("sources")
class CudaThreadsTest {

  private static float work(CudaBackend backend, int step) {
    int n = 500;
    Buffer a = backend.allocate(4 * n);
    Thread.yield(); // a virtual thread may go on elsewhere
    OnStub.ramp(backend, null, a, step, n);
    Thread.yield();
    float got = OnStub.floats(backend, a, n)[n - 1];
    Thread.yield();
    backend.free(a);
    return got;
  }

  private static void twoDevicesBy(ExecutorService executor) throws Exception {
    StubDriver.reset();
    try (CudaBackend first = OnStub.open(0);
        CudaBackend second = OnStub.open(1);
        executor) {
      List<Future<Float>> runs = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        int step = i;
        runs.add(executor.submit(() -> work(step % 3 == 0 ? first : second, step)));
      }
      for (int i = 0; i < runs.size(); i++) {
        assertEquals(499f * i, runs.get(i).get());
      }
    }
  }

  @Test
  void platformThreadsTakeTurnsAtTwoDevices() throws Exception {
    twoDevicesBy(Executors.newFixedThreadPool(4));
  }

  @Test
  void virtualThreadsTakeTheContextAlong() throws Exception {
    twoDevicesBy(Executors.newVirtualThreadPerTaskExecutor());
  }
}
