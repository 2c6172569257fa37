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
  public Prepared prepare(Work work) {
    return switch (work.group()) {
      case MEMORY -> prepare(work.step());
      case SMALL -> small(work);
      case ELEMENTWISE -> elementwise(work);
      case MATMUL -> matrix(work);
      case LARGE -> work.side() == Work.SIDE ? elementwise(work) : matrix(work);
      case TRAINING ->
          switch (work) {
            case ADAM -> loss(work);
            case CONVNET -> Contender.inProcess(new LayerBenchmark(device)::convnet, () -> {});
            case LAYERNORM_GELU ->
                Contender.inProcess(new LayerBenchmark(device)::layerNormGelu, () -> {});
            default -> training(Work.NETWORK);
          };
      case REDUCTION ->
          switch (work) {
            case SUM -> elementwise(work);
            case CROSS_ENTROPY -> loss(work);
            default -> matrix(work);
          };
    };
  }

  private Prepared small(Work work) {
    if (work == Work.SMALL_TRAINING) {
      return training(Work.SMALL_NETWORK);
    }
    if (work == Work.SMALL_TRAINING_REPLAYED) {
      LaunchGraph<Tensor> graph = TrainingBenchmark.of(Work.SMALL_NETWORK, device).captured();
      return Contender.inProcess(() -> graph.replay().item(), graph::close);
    }
    ScalarBenchmark b = new ScalarBenchmark(device);
    Step step =
        switch (work) {
          case SCALARS -> b::multiplications;
          case PRODUCTS -> b::products;
          default -> b::additions;
        };
    return Contender.inProcess(step, () -> {});
  }

  private Prepared elementwise(Work work) {
    ElementwiseBenchmark b = new ElementwiseBenchmark(device, work.floats());
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

  private Prepared matrix(Work work) {
    DType type = work == Work.MATMUL_8192_BF16 ? DType.BFLOAT16 : DType.FLOAT32;
    MatrixBenchmark b = new MatrixBenchmark(device, work.side(), type);
    Step step =
        switch (work) {
          case ROW_SUMS -> b::rowSums;
          case COLUMN_SUMS -> b::columnSums;
          case MATMUL_8192_TF32 -> b::productInTf32;
          default -> b::product;
        };
    return Contender.inProcess(step, b::close);
  }

  private Prepared loss(Work work) {
    LossBenchmark b = new LossBenchmark(device);
    return Contender.inProcess(work == Work.ADAM ? b::update : b::crossEntropy, () -> {});
  }

  private Prepared training(String network) {
    return Contender.inProcess(TrainingBenchmark.of(network, device)::step, () -> {});
  }

  /// Once steps have made what they keep, and what making the data left behind is collected.
  @Override
  public Long peak(Work work) {
    long before = settled();
    try (Prepared prepared = prepare(work)) {
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
