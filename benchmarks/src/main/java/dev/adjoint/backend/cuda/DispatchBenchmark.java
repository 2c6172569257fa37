package dev.adjoint.backend.cuda;

import dev.adjoint.Scope;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.lowering.KernelSource;
import dev.adjoint.lowering.compiled.KernelCache;
import dev.adjoint.memory.Devices;
import dev.adjoint.memory.OpenDevice;
import dev.adjoint.spi.Buffer;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;
import dev.adjoint.spi.Program;
import dev.adjoint.spi.Row;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What the host does for one operation of a GPU, measured where there is none: the driver of
/// `backend-cuda/src/test/c` queues launches and runs nothing, and the property
/// `adjoint.cuda.driver` must name it.
@State(org.openjdk.jmh.annotations.Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class DispatchBenchmark {

  /// The stub's modules are lists of the names of kernels.
  private static final class Names implements CudaPrograms {
    private final CudaContext context;
    private final KernelCache<CudaKernel> kernels = new KernelCache<>(this::load);

    Names(CudaContext context) {
      this.context = context;
    }

    private Optional<CudaKernel> load(KernelSource source, String op) {
      byte[] image = (source.name() + "\n").getBytes(StandardCharsets.UTF_8);
      return Optional.ofNullable(CudaKernel.load(context, image, source.name(), op));
    }

    @Override
    public Optional<CudaKernel> find(KernelSource source, String op) {
      return kernels.find(source, op);
    }

    @Override
    public void close() {
      kernels.all().forEach(CudaKernel::unload);
    }
  }

  private final CudaBackend backend = open();
  private final Buffer memory = backend.allocate(1 << 10);
  private final Program add =
      Program.of(
          List.of(DType.FLOAT32, DType.FLOAT32),
          List.of(),
          List.of(
              new Program.Instruction(
                  Row.of(Row.Family.BINARY, "add"), DType.FLOAT32, List.of(0, 1))),
          List.of(2));
  private final long[] shape = {64};
  private final long[] dense = {1};
  private final Tensor x = Tensors.empty(Tensors.shape(64), DType.FLOAT32, backend.device());
  private final Tensor y = Tensors.empty(Tensors.shape(64), DType.FLOAT32, backend.device());

  private static CudaBackend open() {
    Device device = new Device("cuda", 0);
    new CudaProvider().probe(); // which loads the driver, before JCuda asks for it
    CudaContext context = new CudaContext(CudaDevice.find().devices().getFirst(), device);
    CudaBackend backend = new CudaBackend(context, new Names(context), new CallLibrary() {});
    Devices.register(new OpenDevice(backend));
    return backend;
  }

  /// A launch of an addition: lowered, its parameters packed, queued.
  @Benchmark
  public void launch() {
    Operand[] operands = {
      new Operand(memory, 0, dense), new Operand(memory, 64, dense), new Operand(memory, 128, dense)
    };
    backend.launch(new Launch.Elementwise("add", add, shape, operands, new long[0]));
  }

  /// An addition of two tensors, from the call to the queued launch, its memory given back.
  @Benchmark
  public void addition() {
    try (Scope _ = Scope.open()) {
      x.add(y);
    }
  }
}
