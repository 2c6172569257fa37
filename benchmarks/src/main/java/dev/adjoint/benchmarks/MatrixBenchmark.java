package dev.adjoint.benchmarks;

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

/// A product of square matrices: the BLAS, and how the threads share it.
@State(org.openjdk.jmh.annotations.Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 2,
    jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-Dadjoint.cpu.threads=2"})
public class MatrixBenchmark {
  private final Tensor a = matrix(1);
  private final Tensor b = matrix(2);

  private static Tensor matrix(long seed) {
    return Tensors.tensor(Data.floats(Work.SIDE * Work.SIDE, seed)).view(Work.SIDE, Work.SIDE);
  }

  @Benchmark
  public float product() {
    try (Scope _ = Scope.open()) {
      return ElementwiseBenchmark.first(a.matmul(b));
    }
  }

  @TearDown
  public void close() {
    a.close();
    b.close();
  }
}
