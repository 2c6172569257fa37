package dev.adjoint.backend.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.lowering.KernelLaunch;
import dev.adjoint.lowering.KernelSource;
import dev.adjoint.lowering.Sources;
import dev.adjoint.spi.Buffer;
import dev.adjoint.type.DeviceException;
import dev.adjoint.type.OutOfMemoryException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class OpenClBackendTest {

  @Test
  void kernelsRunInOrderWithTheirWords() throws Exception {
    OnDevice.run(backend -> {
      int n = 1000;
      Buffer a = backend.allocate(4 * n);
      Buffer b = backend.allocate(4 * n);
      OnDevice.ramp(backend, null, a, 1, n);
      for (int i = 0; i < 5000; i++) { // past the point where the host waits for the device
        OnDevice.ramp(backend, a, b, 0, n);
        OnDevice.ramp(backend, b, a, i & 1, n);
      }
      backend.synchronize();
      assertEquals(999f * 2501, OnDevice.floats(backend, a, n)[999]);
      backend.free(a);
      backend.free(b);
    });
  }

  @Test
  void memoryMayBeFreedWhileWorkOnItIsQueued() throws Exception {
    OnDevice.run(backend -> {
      int n = 1 << 20;
      Buffer out = backend.allocate(4L * n);
      for (int i = 0; i < 50; i++) {
        Buffer a = backend.allocate(4L * n);
        OnDevice.ramp(backend, null, a, i, n);
        OnDevice.ramp(backend, a, out, 1, n);
        backend.free(a);
      }
      assertEquals(50f * 1000, OnDevice.floats(backend, out, n)[1000]);
    });
  }

  @Test
  void manyWordsAreOneArgument() throws Exception {
    String text =
        """
        struct words { long at[100]; };
        __kernel void sum_100(__global float *c, struct words w) {
          long sum = 0;
          for (int i = 0; i < 100; i++) sum += w.at[i];
          c[get_global_id(0)] = sum;
        }
        """;
    KernelSource source = Sources.source("sum_100", text);
    long[] words = new long[100];
    java.util.Arrays.setAll(words, i -> i);
    OnDevice.run(backend -> {
      Buffer c = backend.allocate(64);
      KernelLaunch launch = new KernelLaunch(source, new Buffer[] {c}, words, 2, 4);
      backend.run(List.of(launch), OnDevice.cause(8));
      assertEquals(4950, OnDevice.floats(backend, c, 8)[7]);
    });
  }

  @Test
  void threadsDoNotMixTheirArguments() throws Exception {
    OnDevice.run(backend -> {
      int n = 500;
      try (var threads = Executors.newFixedThreadPool(4)) {
        List<Future<Float>> runs = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
          int step = i;
          runs.add(
              threads.submit(() -> {
                Buffer a = backend.allocate(4 * n);
                OnDevice.ramp(backend, null, a, step, n);
                float got = OnDevice.floats(backend, a, n)[n - 1];
                backend.free(a);
                return got;
              }));
        }
        for (int i = 0; i < runs.size(); i++) {
          assertEquals(499f * i, runs.get(i).get());
        }
      }
    });
  }

  @Test
  void moreMemoryThanThereIsIsRefused() throws Exception {
    OnDevice.run(backend -> {
      OutOfMemoryException e =
          assertThrows(OutOfMemoryException.class, () -> backend.allocate(1L << 50));
      assertTrue(e.getMessage().startsWith("opencl:0 out of memory: tried to allocate "));
      backend.free(backend.allocate(1 << 20));
    });
  }

  @Test
  void aGroupOfTooManyLanesNamesOpShapeStatusAndRemedy() throws Exception {
    OnDevice.run(backend -> {
      Buffer a = backend.allocate(64);
      KernelLaunch launch =
          new KernelLaunch(OnDevice.RAMP, new Buffer[] {a, a}, new long[] {1, 4}, 1, 1 << 20);
      DeviceException e =
          assertThrows(
              DeviceException.class, () -> backend.run(List.of(launch), OnDevice.cause(2, 3)));
      String said = e.getMessage();
      assertTrue(said.startsWith("opencl:0: ramp [2, 3]: cannot run the kernel ramp_7c1e"), said);
      assertTrue(said.contains("CL_INVALID_WORK_") && said.contains("adjoint.opencl.lanes"), said);
      OnDevice.ramp(backend, null, a, 2, 4);
      assertEquals(6, OnDevice.floats(backend, a, 4)[3]);
    });
  }
}
