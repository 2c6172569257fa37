package dev.adjoint.benchmarks;

import dev.adjoint.DeviceMemory;
import dev.adjoint.LaunchGraph;
import dev.adjoint.Tensor;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import java.util.concurrent.locks.LockSupport;

/// Adjoint on a device, in this process.
final class AdjointContender implements Contender {
  /// How many steps come before memory is looked at, and while it is.
  private static final int STEPS = 5;

  private final Device device;

  AdjointContender(Device device) {
    this.device = device;
  }

  @Override
  public String name() {
    return "Adjoint";
  }

  @Override
  public String version() {
    return "on " + device + ", Java " + Runtime.version();
  }

  @Override
  public Prepared prepare(Work work, int size) {
    return switch (work.group()) {
      case MEMORY -> prepare(work.step(), size);
      case SMALL -> small(work, size);
      case ELEMENTWISE -> elementwise(work, size);
      case MATMUL -> matrix(work, size);
      case LARGE -> large(work, size);
      case TRAINING ->
          switch (work) {
            case ADAM -> inProcess(new LossBenchmark(device, 1, size)::update);
            case CONVNET -> inProcess(new LayerBenchmark(device, size, 1)::convnet);
            case LAYERNORM_GELU -> inProcess(new LayerBenchmark(device, 1, size)::layerNormGelu);
            default -> training(Work.LAYERS, size);
          };
      case REDUCTION ->
          switch (work) {
            case SUM -> elementwise(work, size);
            case CROSS_ENTROPY -> inProcess(new LossBenchmark(device, size, 1)::crossEntropy);
            default -> matrix(work, size);
          };
    };
  }

  private Prepared large(Work work, int size) {
    return switch (work) {
      case MATMUL_8192, MATMUL_8192_TF32, MATMUL_8192_BF16 -> matrix(work, size);
      default -> elementwise(work, size);
    };
  }

  private static Prepared inProcess(Step step) {
    return Contender.inProcess(step, () -> {});
  }

  private Prepared small(Work work, int size) {
    if (work == Work.SMALL_TRAINING) {
      return training(Work.SMALL_LAYERS, size);
    }
    if (work == Work.SMALL_TRAINING_REPLAYED) {
      LaunchGraph<Tensor> graph = TrainingBenchmark.of(Work.SMALL_LAYERS, size, device).captured();
      return Contender.inProcess(() -> graph.replay().item(), graph::close);
    }
    ScalarBenchmark b = new ScalarBenchmark(device, size, size);
    Step step =
        switch (work) {
          case SCALARS -> b::multiplications;
          case PRODUCTS -> b::products;
          default -> b::additions;
        };
    return inProcess(step);
  }

  private Prepared elementwise(Work work, int size) {
    ElementwiseBenchmark b = new ElementwiseBenchmark(device, size);
    Step step =
        switch (work) {
          case COPY, COPY_256M -> b::copy;
          case ADD, ADD_256M -> b::add;
          case TANH, TANH_256M -> b::tanh;
          case SUM -> b::sum;
          case MEAN_SQUARE -> b::meanSquare;
          default -> b::expression;
        };
    return Contender.inProcess(step, b::close);
  }

  private Prepared matrix(Work work, int size) {
    DType type = work == Work.MATMUL_8192_BF16 ? DType.BFLOAT16 : DType.FLOAT32;
    MatrixBenchmark b = new MatrixBenchmark(device, size, type);
    Step step =
        switch (work) {
          case ROW_SUMS -> b::rowSums;
          case COLUMN_SUMS -> b::columnSums;
          case MATMUL_8192_TF32 -> b::productInTf32;
          default -> b::product;
        };
    return Contender.inProcess(step, b::close);
  }

  private Prepared training(String layers, int batch) {
    return inProcess(TrainingBenchmark.of(layers, batch, device)::step);
  }

  /// Once steps have made what they keep, and what making the data left behind is collected.
  @Override
  public Long peak(Work work, int size) {
    long before = settled();
    try (Prepared prepared = prepare(work, size)) {
      prepared.nanos(STEPS);
      settled();
      DeviceMemory.resetPeak(device);
      prepared.nanos(STEPS);
      return DeviceMemory.of(device).peak() - before;
    }
  }

  /// Bytes in use, once collections find nothing more.
  private long settled() {
    long live = Long.MAX_VALUE;
    for (int same = 0; same < 2; ) {
      System.gc();
      LockSupport.parkNanos(20_000_000);
      long now = DeviceMemory.of(device).live();
      same = now < live ? 0 : same + 1;
      live = now;
    }
    return live;
  }

  @Override
  public void close() {}
}
