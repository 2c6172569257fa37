package dev.adjoint.benchmarks;

/// The lines of the table: what both sides do, and how much of PyTorch's time it may take.
public enum Work {
  SCALARS("ten multiplications of a scalar by a number, forward and backward", 0.1),
  PRODUCTS("ten products of scalars that both need gradients, forward and backward", 0.1),
  ADD("x + y, 16M floats", 0.35),
  TANH("tanh(x), 16M floats", 0.5),
  SUM("sum(x), 16M floats", 1.1),
  EXPRESSION("sum(tanh(x w + x) sigmoid(w)), forward and backward, 16M floats", 0.6),
  MATMUL("matrix product, 1024 x 1024 x 1024", 1.1),
  TRAINING("training step, 784-512-256-10, batch 128, Adam", 1.1),
  SMALL_TRAINING("training step, 4-8-3, batch 16, Adam", 0.2);

  /// How many floats the elementwise lines have.
  public static final int FLOATS = 1 << 24;

  /// Rows and columns of the matrices.
  public static final int SIDE = 1024;

  /// The network of [#TRAINING], as the benchmarks take it: the batch, then the layers.
  public static final String NETWORK = "128:784-512-256-10";

  /// The network of [#SMALL_TRAINING].
  public static final String SMALL_NETWORK = "16:4-8-3";

  private final String title;
  private final double target;

  Work(String title, double target) {
    this.title = title;
    this.target = target;
  }

  public String title() {
    return title;
  }

  /// The largest ratio of Adjoint's time to PyTorch's that is good enough.
  public double target() {
    return target;
  }
}
