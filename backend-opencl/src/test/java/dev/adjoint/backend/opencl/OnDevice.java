package dev.adjoint.backend.opencl;

import dev.adjoint.lowering.KernelLaunch;
import dev.adjoint.lowering.KernelSource;
import dev.adjoint.lowering.Sources;
import dev.adjoint.lowering.compiled.BinaryFolder;
import dev.adjoint.spi.BackendProvider.Probe;
import dev.adjoint.spi.Buffer;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;
import dev.adjoint.spi.Program;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/// The first OpenCL device, for tests that need one. On a machine without, they have nothing to test;
/// that is said once.
final class OnDevice {
  private static final AtomicBoolean SAID = new AtomicBoolean();

  /// c[i] = a[i] + w.at[0] * i, one element per lane.
  static final KernelSource RAMP =
      Sources.source(
          "ramp_7c1e",
          """
          struct words { long at[2]; };
          __kernel void ramp_7c1e(__global const float *a, __global float *c, struct words w) {
            long i = get_global_id(0);
            if (i < w.at[1]) c[i] = (a ? a[i] : 0) + w.at[0] * i;
          }
          """);

  private OnDevice() {}

  interface Test {
    void with(OpenClBackend backend) throws Exception;
  }

  /// With pinned memory for all transfers, and no cache on disk.
  static void run(Test test) throws Exception {
    run(false, null, test);
  }

  static void run(boolean maps, Path folder, Test test) throws Exception {
    Probe probe = new OpenClProvider().probe().getFirst();
    if (!probe.available()) {
      if (!SAID.getAndSet(true)) {
        System.out.println("opencl: not run, no device (" + probe.description() + ")");
      }
      return;
    }
    ClContext context =
        new ClContext(ClDevice.find().devices().getFirst(), new Device("opencl", 0));
    try (OpenClBackend backend = new OpenClBackend(context, new BinaryFolder(folder), maps)) {
      test.with(backend);
    }
  }

  static Launch cause(long... shape) {
    Program copy = Program.of(List.of(DType.FLOAT32), List.of(), List.of(), List.of(0));
    return new Launch.Elementwise("ramp", copy, shape, new Operand[0], new long[0]);
  }

  static void ramp(OpenClBackend backend, Buffer from, Buffer to, long step, long n) {
    KernelLaunch launch =
        new KernelLaunch(RAMP, new Buffer[] {from, to}, new long[] {step, n}, n / 64 + 1, 64);
    backend.run(List.of(launch), cause(n));
  }

  static float[] floats(OpenClBackend backend, Buffer buffer, int n) {
    MemorySegment got = Arena.ofAuto().allocate(4L * n, 4);
    backend.download(buffer, 0, got);
    return got.toArray(ValueLayout.JAVA_FLOAT);
  }
}
