package dev.adjoint.benchmarks;

import static dev.adjoint.benchmarks.Work.Group.ELEMENTWISE;
import static dev.adjoint.benchmarks.Work.Group.LARGE;
import static dev.adjoint.benchmarks.Work.Group.MATMUL;
import static dev.adjoint.benchmarks.Work.Group.MEMORY;
import static dev.adjoint.benchmarks.Work.Group.REDUCTION;
import static dev.adjoint.benchmarks.Work.Group.SMALL;
import static dev.adjoint.benchmarks.Work.Group.TRAINING;
import static dev.adjoint.benchmarks.Work.Limit.ARITHMETIC;
import static dev.adjoint.benchmarks.Work.Limit.BANDWIDTH;
import static dev.adjoint.benchmarks.Work.Limit.NONE;

/// The lines of the table: what both sides do, and how much of what PyTorch takes it may take.
public enum Work {
  SCALARS(
      SMALL, "ten multiplications of a scalar by a number, forward and backward", 10, 0.05, 0.5),
  PRODUCTS(
      SMALL,
      "ten products of scalars that both need gradients, forward and backward",
      10,
      0.1,
      0.5),
  OPERATIONS(SMALL, "a hundred additions of 16 numbers, one after the other", 100, 0.5, 0.5),
  SMALL_TRAINING(SMALL, "training step, 4-8-3, batch 16, SGD", 16, 0.1, 0.5),
  SMALL_TRAINING_REPLAYED(SMALL, "the same, Adjoint's step captured and replayed", 16, 0.1, 0.3),
  COPY(ELEMENTWISE, "y.copy_(x), 64M floats", 64 * Work.MEBI, 1.1, 1.1, BANDWIDTH, 8),
  ADD(ELEMENTWISE, "x + y, 16M floats", Work.FLOATS, 0.25, 1.1, BANDWIDTH, 12),
  TANH(ELEMENTWISE, "tanh(x), 16M floats", Work.FLOATS, 0.5, 1.1, BANDWIDTH, 8),
  EXPRESSION(
      ELEMENTWISE,
      "tanh(x w + x) sigmoid(w), forward and backward, 16M floats",
      Work.FLOATS,
      0.12,
      0.35,
      BANDWIDTH,
      16),
  EXPRESSION_1M(ELEMENTWISE, "the same, 1M floats", Work.MEBI, 0.25, 0.35),
  EXPRESSION_64K(ELEMENTWISE, "the same, 64K floats", 1 << 16, 0.3, 0.5),
  EXPRESSION_1K(ELEMENTWISE, "the same, 1K floats", 1 << 10, 0.1, 0.5),
  MEAN_SQUARE(
      ELEMENTWISE,
      "(x - y).square().mean(), forward and backward, 16M floats",
      Work.FLOATS,
      0.25,
      0.35,
      BANDWIDTH,
      12),
  SUM(REDUCTION, "sum(x), 16M floats", Work.FLOATS, 1.0, 1.1, BANDWIDTH, 4),
  ROW_SUMS(REDUCTION, "sums of the rows, 4096 x 4096", 4096, 1.0, 1.1, BANDWIDTH, 4),
  COLUMN_SUMS(REDUCTION, "sums of the columns, 4096 x 4096", 4096, 1.0, 1.1, BANDWIDTH, 4),
  CROSS_ENTROPY(
      REDUCTION,
      "cross entropy of 4096 x 1000 logits, forward and backward",
      4096,
      0.7,
      0.7,
      BANDWIDTH,
      12 * Work.CLASSES),
  MATMUL_256(MATMUL, "matrix product, 256 x 256 x 256", 256, 1.0, 1.05, ARITHMETIC, 2),
  MATMUL_1024(MATMUL, "matrix product, 1024 x 1024 x 1024", Work.SIDE, 1.0, 1.05, ARITHMETIC, 2),
  MATMUL_2048(MATMUL, "matrix product, 2048 x 2048 x 2048", 2048, 1.0, 1.05, ARITHMETIC, 2),
  TRAINING_STEP(TRAINING, "training step, 784-512-256-10, batch 128, Adam", 128, 0.75, 0.5),
  CONVNET(
      TRAINING,
      "training step, convolutions of 16 and 32 channels, 64 images of 28 x 28, Adam",
      64,
      0.9,
      0.9),
  LAYERNORM_GELU(
      TRAINING,
      "gelu of a layer norm, 4096 x 1024, forward and backward",
      4096,
      0.4,
      0.5,
      BANDWIDTH,
      24 * Work.SIDE),
  ADAM(TRAINING, "Adam's update of 10M parameters", 10_000_000, 0.3, 1.1, BANDWIDTH, 28),
  TRAINING_STEP_MEMORY(MEMORY, "memory of the training step of 784-512-256-10", 128, 1.0, 1.0),
  CONVNET_MEMORY(MEMORY, "memory of the training step with convolutions", 64, 1.0, 1.0),
  COPY_256M(LARGE, "y.copy_(x), 256M floats", 256 * Work.MEBI, 1.1, 1.1, BANDWIDTH, 8),
  ADD_256M(LARGE, "x + y, 256M floats", 256 * Work.MEBI, 0.25, 1.1, BANDWIDTH, 12),
  TANH_256M(LARGE, "tanh(x), 256M floats", 256 * Work.MEBI, 0.5, 1.1, BANDWIDTH, 8),
  EXPRESSION_256M(
      LARGE,
      "tanh(x w + x) sigmoid(w), forward and backward, 256M floats",
      256 * Work.MEBI,
      0.12,
      0.35,
      BANDWIDTH,
      16),
  MATMUL_8192(LARGE, "matrix product, 8192 x 8192 x 8192", 8192, 1.0, 1.05, ARITHMETIC, 2),
  MATMUL_8192_TF32(LARGE, "the same by tensor cores, in TF32", 8192, 1.0, 1.05),
  MATMUL_8192_BF16(LARGE, "the same of bfloat16", 8192, 1.0, 1.05);

  /// Lines that are run together; those of `LARGE` only on a GPU. What counts in those of `MEMORY` is no
  /// time, but how many bytes the tensors of a step take at most.
  enum Group {
    SMALL,
    ELEMENTWISE,
    REDUCTION,
    MATMUL,
    TRAINING,
    MEMORY,
    LARGE
  }

  /// What of the machine the work needs most.
  enum Limit {
    /// The time of calls.
    NONE,
    /// Bytes from and to memory.
    BANDWIDTH,
    /// Products and sums of float32.
    ARITHMETIC
  }

  /// How many floats most elementwise lines have.
  public static final int FLOATS = 1 << 24;

  /// Rows and columns of the usual matrices.
  public static final int SIDE = 1024;

  /// Among how many the logits of [#CROSS_ENTROPY] choose.
  static final int CLASSES = 1000;

  /// The network of [#TRAINING_STEP]: its input, then its layers.
  static final String LAYERS = "784-512-256-10";

  /// The network of [#SMALL_TRAINING].
  static final String SMALL_LAYERS = "4-8-3";

  /// [#LAYERS] as the benchmarks take it: after the batch.
  public static final String NETWORK = "128:" + LAYERS;

  /// [#SMALL_LAYERS], likewise.
  public static final String SMALL_NETWORK = "16:" + SMALL_LAYERS;

  private static final int MEBI = 1 << 20;

  private final Group group;
  private final String title;
  private final int size;
  private final double target;
  private final double targetOnGpu;
  private final Limit limit;
  private final double perUnit;

  Work(Group group, String title, int size, double target, double targetOnGpu) {
    this(group, title, size, target, targetOnGpu, NONE, 0);
  }

  Work(
      Group group,
      String title,
      int size,
      double target,
      double targetOnGpu,
      Limit limit,
      double perUnit) {
    this.group = group;
    this.title = title;
    this.size = size;
    this.target = target;
    this.targetOnGpu = targetOnGpu;
    this.limit = limit;
    this.perUnit = perUnit;
  }

  public String title() {
    return title;
  }

  Group group() {
    return group;
  }

  /// The work whose memory a line of [Group#MEMORY] is about; of others itself.
  Work step() {
    return switch (this) {
      case TRAINING_STEP_MEMORY -> TRAINING_STEP;
      case CONVNET_MEMORY -> CONVNET;
      default -> this;
    };
  }

  /// The largest ratio of what Adjoint takes to what PyTorch takes that is good enough.
  double target(boolean gpu) {
    return gpu ? targetOnGpu : target;
  }

  Limit limit() {
    return limit;
  }

  /// How much of what limits it the work needs at least at a size: bytes that must move if nothing moves twice, or
  /// operations.
  double amount(int size) {
    return perUnit * units(size);
  }

  /// What of it can be larger or smaller: floats, parameters, rows, samples, operations one after the other,
  /// or the side of its matrices.
  public int size() {
    return size;
  }

  /// The size at which there is some times as much to do. Of products the side is a multiple of 8.
  int sizeAt(double times) {
    double scaled = size * Math.pow(times, 1.0 / power());
    return Math.toIntExact(
        power() == 3 ? 8 * Math.round(scaled / 8) : Math.max(1, Math.round(scaled)));
  }

  /// How much there is to do at a size.
  double units(int size) {
    return Math.pow(size, power());
  }

  private int power() {
    return switch (this) {
      case ROW_SUMS, COLUMN_SUMS -> 2;
      case MATMUL_256, MATMUL_1024, MATMUL_2048, MATMUL_8192, MATMUL_8192_TF32, MATMUL_8192_BF16 ->
          3;
      default -> 1;
    };
  }
}
