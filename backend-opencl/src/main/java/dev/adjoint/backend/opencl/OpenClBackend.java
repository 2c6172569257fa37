package dev.adjoint.backend.opencl;

import dev.adjoint.lowering.KernelLaunch;
import dev.adjoint.lowering.Limits;
import dev.adjoint.lowering.Lowering;
import dev.adjoint.lowering.Scratch;
import dev.adjoint.lowering.compiled.BinaryFolder;
import dev.adjoint.spi.Backend;
import dev.adjoint.spi.Buffer;
import dev.adjoint.spi.Kernel;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.MemoryCapacity;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/// An OpenCL device. Launches return when they are queued; what fails later is said by whoever waits
/// next.
final class OpenClBackend implements Backend, MemoryCapacity {
  private final ClContext context;
  private final Limits limits;
  private final Lowering lowering;
  private final Allocations memory;
  private final Transfers transfers;
  private final Programs programs;
  private final KernelQueue queue;
  private final Scratch scratch;
  private final @Nullable ClBlast blas;
  private final LongFunction<Buffer> scratchOf;
  private final Map<Kernel, Boolean> supported = new ConcurrentHashMap<>();

  /// @param maps whether long copies map the device's memory instead of passing pinned memory
  OpenClBackend(ClContext context, BinaryFolder binaries, boolean maps) {
    this.context = context;
    this.limits = context.traits().limits();
    this.lowering = new Lowering(limits);
    this.memory = new Allocations(context);
    this.transfers = new Transfers(context, maps);
    this.programs = new Programs(context, binaries);
    this.queue = new KernelQueue(context, programs);
    this.scratch = new Scratch(memory::allocate);
    this.blas = ClBlast.isWanted(limits) ? ClBlast.find(context) : null;
    this.scratchOf = scratch::atLeast;
  }

  static OpenClBackend open(ClDevice device, int index) {
    ClContext context = new ClContext(device, new Device("opencl", index));
    BinaryFolder binaries =
        device.keepsKernels() ? new BinaryFolder(null) : BinaryFolder.ofUser("opencl");
    return new OpenClBackend(context, binaries, device.isUnified());
  }

  @Override
  public Device device() {
    return context.device();
  }

  @Override
  public String description() {
    return context.traits().description();
  }

  @Override
  public long memoryBytes() {
    return context.traits().memory();
  }

  Limits limits() {
    return limits;
  }

  ClContext context() {
    return context;
  }

  Programs programs() {
    return programs;
  }

  @Override
  public boolean supports(Kernel kernel) {
    Boolean known = supported.get(kernel);
    if (known == null) {
      known = look(kernel);
      supported.put(kernel, known);
    }
    return known;
  }

  /// Which types a kernel is written for, only the compiler knows. What a device without float64
  /// lacks is said at the launch.
  private boolean look(Kernel kernel) {
    if (!lowering.has(kernel)) {
      return false;
    }
    return kernel.type() == DType.FLOAT64 && !limits.float64()
        || programs.find(lowering.source(kernel), kernel.symbol()).isPresent();
  }

  @Override
  public Buffer allocate(long bytes) {
    return memory.allocate(bytes);
  }

  @Override
  public void free(Buffer buffer) {
    memory.free((OpenClBuffer) buffer);
  }

  @Override
  public void upload(MemorySegment source, Buffer target, long targetOffset) {
    transfers.upload(source, (OpenClBuffer) target, targetOffset);
  }

  @Override
  public void download(Buffer source, long sourceOffset, MemorySegment target) {
    transfers.download((OpenClBuffer) source, sourceOffset, target);
  }

  @Override
  public void launch(Launch launch) {
    if (blas == null || !(launch instanceof Launch.Call call) || !blas.launch(call)) {
      run(lowering.lower(launch, scratchOf), launch);
    }
  }

  void run(List<KernelLaunch> kernels, Launch cause) {
    queue.run(kernels, cause);
  }

  @Override
  public void synchronize() {
    context.finish();
  }

  @Override
  public void close() {
    Driver.finish(context.queueHandle());
    transfers.close();
    scratch.close(this::free);
    programs.close();
    context.close();
  }
}
