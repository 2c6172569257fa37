package dev.adjoint.benchmarks;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.adjoint.Scope;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.type.Device;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// Arrays that fit in no cache. Each result is new, as a user would write it, and one of its elements
/// is read, so that nothing can be left uncomputed.
@State(org.openjdk.jmh.annotations.Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 2,
    jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-Dadjoint.cpu.threads=2"})
public class ElementwiseBenchmark {
  private final Tensor x;
  private final Tensor w;

  public ElementwiseBenchmark() {
    this(Device.CPU, Work.FLOATS);
  }

  ElementwiseBenchmark(Device device, int floats) {
    x = Data.uniform(device, floats);
    w = Data.uniform(device, floats);
  }

  /// From one to the other.
  double copy() {
    return first(w.copy_(x));
  }

  @Benchmark
  public double add() {
    try (Scope _ = Scope.open()) {
      return first(x.add(w));
    }
  }

  @Benchmark
  public double tanh() {
    try (Scope _ = Scope.open()) {
      return first(x.tanh());
    }
  }

  @Benchmark
  public double sum() {
    try (Scope _ = Scope.open()) {
      return finished(x.sum());
    }
  }

  /// Forward and backward, with gradients for both.
  @Benchmark
  public double expression() {
    try (Scope _ = Scope.open()) {
      x.requiresGrad_().setGrad(null);
      w.requiresGrad_().setGrad(null);
      x.mul(w).add(x).tanh().mul(w.sigmoid()).sum().backward();
      return finished(x);
    }
  }

  /// The mean of squared differences, with gradients for one side.
  @Benchmark
  public double meanSquare() {
    try (Scope _ = Scope.open()) {
      x.requiresGrad_().setGrad(null);
      x.sub(w).square().mean().backward();
      return finished(x);
    }
  }

  @TearDown
  public void close() {
    x.setGrad(null);
    w.setGrad(null);
    x.close();
    w.close();
  }

  /// Waits for the work on a tensor's device, as PyTorch's side does. It is for what is computed at
  /// once, folds, products and backward passes. A `.grad` that nobody looked at is freed by the next
  /// `setGrad(null)`, as PyTorch's is.
  static double finished(Tensor t) {
    Tensors.synchronize(t.device());
    return 0;
  }

  /// One element, without copying the others from the device.
  static double first(Tensor t) {
    return t.device().isCpu() ? t.segment().get(JAVA_FLOAT, 0) : t.reshape(-1).select(0, 0).item();
  }
}
