package dev.adjoint.backend.cuda;

import dev.adjoint.lowering.KernelLaunch;
import dev.adjoint.lowering.Limits;
import dev.adjoint.lowering.Lowering;
import dev.adjoint.lowering.Scratch;
import dev.adjoint.spi.Buffer;
import dev.adjoint.spi.ExecutableGraph;
import dev.adjoint.spi.GraphBackend;
import dev.adjoint.spi.Kernel;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.MemoryCapacity;
import dev.adjoint.type.Device;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;

/// A GPU. Launches return when they are queued; what fails later is said by whoever waits next.
final class CudaBackend implements GraphBackend, MemoryCapacity {
  private final CudaContext context;
  private final Limits limits;
  private final Lowering lowering;
  private final Allocations memory;
  private final Transfers transfers;
  private final CudaPrograms programs;
  private final LaunchQueue queue;
  private final Scratch scratch;
  private final CallLibrary library;
  private final LongFunction<Buffer> scratchOf;
  private final Map<Kernel, Boolean> supported = new ConcurrentHashMap<>();

  /// @param programs where kernels come from; closed with the backend
  /// @param library closed with the backend
  CudaBackend(CudaContext context, CudaPrograms programs, CallLibrary library) {
    this.context = context;
    this.limits = context.traits().limits();
    this.lowering = Lowering.forCuda(limits);
    this.memory = new Allocations(context);
    this.transfers = new Transfers(context);
    this.programs = programs;
    this.queue = new LaunchQueue(context, programs);
    this.scratch = new Scratch(memory::allocate);
    this.library = library;
    this.scratchOf = scratch::atLeast;
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

  Allocations memory() {
    return memory;
  }

  @Override
  public boolean supports(Kernel kernel) {
    return library.has(kernel) || supported.computeIfAbsent(kernel, this::isOwn);
  }

  private boolean isOwn(Kernel kernel) {
    return lowering.has(kernel)
        && programs.find(lowering.source(kernel), kernel.symbol()).isPresent();
  }

  @Override
  public Buffer allocate(long bytes) {
    return memory.allocate(bytes);
  }

  @Override
  public void free(Buffer buffer) {
    memory.free((CudaBuffer) buffer);
  }

  @Override
  public void upload(MemorySegment source, Buffer target, long targetOffset) {
    transfers.upload(source, (CudaBuffer) target, targetOffset);
  }

  @Override
  public void download(Buffer source, long sourceOffset, MemorySegment target) {
    transfers.download((CudaBuffer) source, sourceOffset, target);
  }

  @Override
  public void launch(Launch launch) {
    if (!(launch instanceof Launch.Call call) || !library.launch(call, context.stream())) {
      run(programs.plan(launch, lowering, scratchOf), launch, context.stream());
    }
  }

  void run(List<KernelLaunch> kernels, Launch cause, long stream) {
    queue.run(kernels, cause, stream);
  }

  long stream() {
    return context.stream();
  }

  /// With its own kernels for programs that ran in steps so far, and scratch memory that nobody else
  /// uses. Taking memory and loading kernels come before the capture.
  @Override
  public ExecutableGraph instantiate(List<Launch> launches) {
    programs.settle();
    Scratch own = new Scratch(memory::allocate);
    Runnable release = () -> own.close(this::free);
    boolean done = false;
    try {
      List<List<KernelLaunch>> plans = new ArrayList<>();
      for (Launch launch : launches) {
        List<KernelLaunch> plan = plan(launch, own::atLeast);
        queue.load(plan, launch);
        plans.add(plan);
      }
      ExecutableGraph graph =
          capture(launches.size(), stream -> queueAll(launches, plans, stream), release);
      done = true;
      return graph;
    } finally {
      if (!done) {
        release.run();
      }
    }
  }

  ExecutableGraph capture(int launches, LongConsumer work, Runnable afterwards) {
    return CudaGraph.capture(context, launches, work, afterwards);
  }

  /// Nothing for a call, which the library may answer.
  private List<KernelLaunch> plan(Launch launch, LongFunction<Buffer> scratchOfGraph) {
    return launch instanceof Launch.Call
        ? List.of()
        : programs.plan(launch, lowering, scratchOfGraph);
  }

  private void queueAll(List<Launch> launches, List<List<KernelLaunch>> plans, long stream) {
    for (int i = 0; i < launches.size(); i++) {
      if (!(launches.get(i) instanceof Launch.Call call)) {
        run(plans.get(i), launches.get(i), stream);
      } else if (!library.launch(call, stream)) {
        run(programs.plan(call, lowering, scratchOf), call, stream);
      }
    }
  }

  @Override
  public void synchronize() {
    context.finish();
  }

  /// Frees what the device allows: after a kernel has crashed it, that is nothing.
  @Override
  public void close() {
    context.makeCurrent();
    int ended = Driver.synchronize(context.stream());
    transfers.close();
    if (ended == CudaStatus.SUCCESS) {
      scratch.close(this::free);
    }
    library.close();
    programs.close();
    context.close();
  }
}
