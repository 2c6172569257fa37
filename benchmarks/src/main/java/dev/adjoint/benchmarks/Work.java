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
  SCALARS(SMALL, "ten multiplications of a scalar by a number, forward and backward", 0.05, 0.5),
  PRODUCTS(
      SMALL, "ten products of scalars that both need gradients, forward and backward", 0.1, 0.5),
  OPERATIONS(SMALL, "a hundred additions of 16 numbers, one after the other", 0.5, 0.5),
  SMALL_TRAINING(SMALL, "training step, 4-8-3, batch 16, SGD", 0.1, 0.5),
  SMALL_TRAINING_REPLAYED(SMALL, "the same, Adjoint's step captured and replayed", 0.1, 0.3),
  COPY(ELEMENTWISE, "y.copy_(x), 64M floats", 1.1, 1.1, BANDWIDTH, 8.0 * 64 * Work.MEBI),
  ADD(ELEMENTWISE, "x + y, 16M floats", 0.25, 1.1, BANDWIDTH, 12.0 * Work.FLOATS),
  TANH(ELEMENTWISE, "tanh(x), 16M floats", 0.5, 1.1, BANDWIDTH, 8.0 * Work.FLOATS),
  EXPRESSION(
      ELEMENTWISE,
      "tanh(x w + x) sigmoid(w), forward and backward, 16M floats",
      0.12,
      0.35,
      BANDWIDTH,
      24.0 * Work.FLOATS),
  EXPRESSION_1M(ELEMENTWISE, "the same, 1M floats", 0.25, 0.35),
  EXPRESSION_64K(ELEMENTWISE, "the same, 64K floats", 0.3, 0.5),
  EXPRESSION_1K(ELEMENTWISE, "the same, 1K floats", 0.1, 0.5),
  MEAN_SQUARE(
      ELEMENTWISE,
      "(x - y).square().mean(), forward and backward, 16M floats",
      0.25,
      0.35,
      BANDWIDTH,
      20.0 * Work.FLOATS),
  SUM(REDUCTION, "sum(x), 16M floats", 1.0, 1.1, BANDWIDTH, 4.0 * Work.FLOATS),
  ROW_SUMS(REDUCTION, "sums of the rows, 4096 x 4096", 1.0, 1.1, BANDWIDTH, 4.0 * Work.FLOATS),
  COLUMN_SUMS(
      REDUCTION, "sums of the columns, 4096 x 4096", 1.0, 1.1, BANDWIDTH, 4.0 * Work.FLOATS),
  CROSS_ENTROPY(
      REDUCTION,
      "cross entropy of 4096 x 1000 logits, forward and backward",
      0.7,
      0.7,
      BANDWIDTH,
      12.0 * 4096 * 1000),
  MATMUL_256(MATMUL, "matrix product, 256 x 256 x 256", 1.0, 1.05, ARITHMETIC, product(256)),
  MATMUL_1024(MATMUL, "matrix product, 1024 x 1024 x 1024", 1.0, 1.05, ARITHMETIC, product(1024)),
  MATMUL_2048(MATMUL, "matrix product, 2048 x 2048 x 2048", 1.0, 1.05, ARITHMETIC, product(2048)),
  TRAINING_STEP(TRAINING, "training step, 784-512-256-10, batch 128, Adam", 0.75, 0.5),
  CONVNET(
      TRAINING,
      "training step, convolutions of 16 and 32 channels, 64 images of 28 x 28, Adam",
      0.9,
      0.9),
  LAYERNORM_GELU(
      TRAINING,
      "gelu of a layer norm, 4096 x 1024, forward and backward",
      0.4,
      0.5,
      BANDWIDTH,
      24.0 * 4096 * 1024),
  ADAM(TRAINING, "Adam's update of 10M parameters", 0.3, 1.1, BANDWIDTH, 28.0 * 10_000_000),
  TRAINING_STEP_MEMORY(MEMORY, "memory of the training step of 784-512-256-10", 1.0, 1.0),
  CONVNET_MEMORY(MEMORY, "memory of the training step with convolutions", 1.0, 1.0),
  COPY_256M(LARGE, "y.copy_(x), 256M floats", 1.1, 1.1, BANDWIDTH, 8.0 * 256 * Work.MEBI),
  ADD_256M(LARGE, "x + y, 256M floats", 0.25, 1.1, BANDWIDTH, 12.0 * 256 * Work.MEBI),
  TANH_256M(LARGE, "tanh(x), 256M floats", 0.5, 1.1, BANDWIDTH, 8.0 * 256 * Work.MEBI),
  EXPRESSION_256M(
      LARGE,
      "tanh(x w + x) sigmoid(w), forward and backward, 256M floats",
      0.12,
      0.35,
      BANDWIDTH,
      24.0 * 256 * Work.MEBI),
  MATMUL_8192(LARGE, "matrix product, 8192 x 8192 x 8192", 1.0, 1.05, ARITHMETIC, product(8192)),
  MATMUL_8192_TF32(LARGE, "the same by tensor cores, in TF32", 1.0, 1.05),
  MATMUL_8192_BF16(LARGE, "the same of bfloat16", 1.0, 1.05);

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

  /// The network of [#TRAINING_STEP], as the benchmarks take it: the batch, then the layers.
  public static final String NETWORK = "128:784-512-256-10";

  /// The network of [#SMALL_TRAINING].
  public static final String SMALL_NETWORK = "16:4-8-3";

  private static final int MEBI = 1 << 20;

  private final Group group;
  private final String title;
  private final double target;
  private final double targetOnGpu;
  private final Limit limit;
  private final double amount;

  Work(Group group, String title, double target, double targetOnGpu) {
    this(group, title, target, targetOnGpu, NONE, 0);
  }

  Work(Group group, String title, double target, double targetOnGpu, Limit limit, double amount) {
    this.group = group;
    this.title = title;
    this.target = target;
    this.targetOnGpu = targetOnGpu;
    this.limit = limit;
    this.amount = amount;
  }

  private static double product(double side) {
    return 2 * side * side * side;
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

  /// How much of what limits it the work needs at least: bytes that must move if nothing moves twice, or
  /// operations.
  double amount() {
    return amount;
  }

  /// How many numbers each of its tensors has, where it is elementwise.
  int floats() {
    return switch (this) {
      case COPY -> 64 * MEBI;
      case COPY_256M, ADD_256M, TANH_256M, EXPRESSION_256M -> 256 * MEBI;
      case EXPRESSION_1M -> MEBI;
      case EXPRESSION_64K -> 1 << 16;
      case EXPRESSION_1K -> 1 << 10;
      default -> FLOATS;
    };
  }

  /// Rows and columns of its matrices.
  int side() {
    return switch (this) {
      case MATMUL_256 -> 256;
      case MATMUL_2048 -> 2048;
      case MATMUL_8192, MATMUL_8192_TF32, MATMUL_8192_BF16 -> 8192;
      case ROW_SUMS, COLUMN_SUMS -> 4096;
      default -> SIDE;
    };
  }
}
