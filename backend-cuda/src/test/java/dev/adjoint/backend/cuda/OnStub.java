package dev.adjoint.backend.cuda;

import dev.adjoint.lowering.KernelLaunch;
import dev.adjoint.lowering.KernelSource;
import dev.adjoint.lowering.Sources;
import dev.adjoint.lowering.compiled.KernelCache;
import dev.adjoint.spi.Buffer;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;
import dev.adjoint.spi.Program;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;

/// A backend on the stub driver, whose kernels are the stub's.
final class OnStub {

  /// c[i] = a[i] + w.at[0] * i for i below w.at[1], one element per lane.
  static final KernelSource RAMP = Sources.source("ramp", "ramp\n");

  /// Reads what is nobody's.
  static final KernelSource CRASH = Sources.source("crash", "crash\n");

  private OnStub() {}

  interface Test {
    void with(CudaBackend backend) throws Exception;
  }

  /// Loads a source's text as it is.
  private static final class Images implements CudaPrograms {
    private final CudaContext context;
    private final KernelCache<CudaKernel> kernels = new KernelCache<>(this::load);

    Images(CudaContext context) {
      this.context = context;
    }

    private Optional<CudaKernel> load(KernelSource source, String op) {
      return Optional.ofNullable(
          CudaKernel.load(
              context,
              source.text().getBytes(),
              source.name(),
              op + ": cannot load the kernel " + source));
    }

    @Override
    public Optional<CudaKernel> find(KernelSource source, String op) {
      return kernels.find(source, op);
    }

    @Override
    public void close() {
      context.makeCurrent();
      kernels.all().forEach(CudaKernel::unload);
    }
  }

  static CudaBackend open(int index) {
    CudaDevice traits = CudaDevice.find().devices().get(index);
    CudaContext context = new CudaContext(traits, new Device("cuda", index));
    return new CudaBackend(context, new Images(context), new CallLibrary() {});
  }

  static void run(Test test) throws Exception {
    StubDriver.reset();
    try (CudaBackend backend = open(0)) {
      test.with(backend);
    }
  }

  static Launch cause(long... shape) {
    Program copy = Program.of(List.of(DType.FLOAT32), List.of(), List.of(), List.of(0));
    return new Launch.Elementwise("ramp", copy, shape, new Operand[0], new long[0]);
  }

  static void ramp(CudaBackend backend, Buffer from, Buffer to, long step, long n) {
    start(backend, RAMP, new Buffer[] {from, to}, new long[] {step, n}, n);
  }

  /// Adds a ramp to a buffer, on a stream.
  static void rampOn(CudaBackend backend, Buffer to, long step, long n, long stream) {
    Buffer[] buffers = {to, to};
    KernelLaunch launch = new KernelLaunch(RAMP, buffers, new long[] {step, n}, n / 64 + 1, 64);
    backend.run(List.of(launch), cause(n), stream);
  }

  static void start(
      CudaBackend backend, KernelSource source, Buffer[] buffers, long[] words, long n) {
    KernelLaunch launch = new KernelLaunch(source, buffers, words, n / 64 + 1, 64);
    backend.run(List.of(launch), cause(n), backend.stream());
  }

  static float[] floats(CudaBackend backend, Buffer buffer, int n) {
    MemorySegment got = Arena.ofAuto().allocate(4L * n, 4);
    backend.download(buffer, 0, got);
    return got.toArray(ValueLayout.JAVA_FLOAT);
  }
}
