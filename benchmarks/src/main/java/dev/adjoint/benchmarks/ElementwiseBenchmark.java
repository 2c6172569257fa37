package dev.adjoint.benchmarks;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.util.Objects.requireNonNull;

import dev.adjoint.Scope;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
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
  private final Tensor x = Tensors.tensor(Data.floats(Work.FLOATS, 1));
  private final Tensor w = Tensors.tensor(Data.floats(Work.FLOATS, 2));

  @Benchmark
  public float add() {
    try (Scope _ = Scope.open()) {
      return first(x.add(w));
    }
  }

  @Benchmark
  public float tanh() {
    try (Scope _ = Scope.open()) {
      return first(x.tanh());
    }
  }

  @Benchmark
  public double sum() {
    try (Scope _ = Scope.open()) {
      return x.sum().item();
    }
  }

  /// Forward and backward, with gradients for both.
  @Benchmark
  public float expression() {
    try (Scope _ = Scope.open()) {
      x.requiresGrad_().setGrad(null);
      w.requiresGrad_().setGrad(null);
      x.mul(w).add(x).tanh().mul(w.sigmoid()).sum().backward();
      return first(requireNonNull(x.grad())) + first(requireNonNull(w.grad()));
    }
  }

  @TearDown
  public void close() {
    x.setGrad(null);
    w.setGrad(null);
    x.close();
    w.close();
  }

  static float first(Tensor t) {
    return t.segment().get(JAVA_FLOAT, 0);
  }
}
