package dev.adjoint.backend.cpu;

import dev.adjoint.spi.Backend;
import dev.adjoint.spi.Buffer;
import dev.adjoint.spi.Interpreter;
import dev.adjoint.spi.Kernel;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.MemoryCapacity;
import dev.adjoint.type.Device;
import java.lang.foreign.MemorySegment;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The host as a device. Launches are done when they return, so there is nothing to wait for.
final class CpuBackend implements Backend, MemoryCapacity, Interpreter {
  private final WorkerPool pool;
  private final ElementwiseLauncher elementwise;
  private final FoldLauncher folds;
  private final KernelLauncher kernels;

  // Each launch asks, and the system takes longer to find a symbol than a small kernel takes.
  private final Map<Kernel, Boolean> supported = new ConcurrentHashMap<>();

  CpuBackend(WorkerPool pool) {
    this.pool = pool;
    this.elementwise = new ElementwiseLauncher(pool);
    this.folds = new FoldLauncher(pool);
    this.kernels = new KernelLauncher(pool, new MatMul(pool, elementwise), new Convolutions(pool));
  }

  @Override
  public Device device() {
    return Device.CPU;
  }

  @Override
  public String description() {
    return processor() + ", " + pool.threads() + (pool.threads() == 1 ? " thread" : " threads");
  }

  @Override
  public long memoryBytes() {
    return HostMemory.bytes();
  }

  /// The processor's name, where the system tells, and what decides on its speed: which instructions
  /// the kernels use, and whether OpenBLAS was told for which processor to multiply.
  static String processor() {
    String name = Processor.value(Processor.lines(), "model name");
    String core = System.getenv(OpenBlasCore.VARIABLE);
    return (name.isEmpty() ? NativeLibrary.PLATFORM : name)
        + NativeLibrary.level().toUpperCase(Locale.ROOT).replace("-", ", ")
        + (core == null ? "" : ", " + OpenBlasCore.VARIABLE + "=" + core);
  }

  @Override
  public boolean supports(Kernel kernel) {
    return supported.computeIfAbsent(
        kernel,
        k -> MatMul.supports(k) || Convolutions.supports(k) || NativeKernels.find(k.symbol()) != 0);
  }

  @Override
  public Buffer allocate(long bytes) {
    return CpuBuffer.allocate(bytes);
  }

  @Override
  public void free(Buffer buffer) {
    NativeKernels.free(((CpuBuffer) buffer).address());
  }

  @Override
  public void upload(MemorySegment source, Buffer target, long targetOffset) {
    MemorySegment.copy(source, 0, ((CpuBuffer) target).hostView(), targetOffset, source.byteSize());
  }

  @Override
  public void download(Buffer source, long sourceOffset, MemorySegment target) {
    MemorySegment.copy(((CpuBuffer) source).hostView(), sourceOffset, target, 0, target.byteSize());
  }

  @Override
  public void launch(Launch launch) {
    switch (launch) {
      case Launch.Elementwise e -> elementwise.launch(e);
      case Launch.Fold f -> folds.launch(f);
      case Launch.Call c -> kernels.launch(c);
    }
  }

  @Override
  public void synchronize() {}

  @Override
  public void close() {
    pool.close();
  }
}
