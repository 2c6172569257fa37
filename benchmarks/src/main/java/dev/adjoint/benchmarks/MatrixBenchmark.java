package dev.adjoint.benchmarks;

import dev.adjoint.Scope;
import dev.adjoint.Tensor;
import dev.adjoint.type.DType;
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

/// A product of square matrices, which is the BLAS and how the threads share it, and sums.
@State(org.openjdk.jmh.annotations.Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 2,
    jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-Dadjoint.cpu.threads=2"})
public class MatrixBenchmark {
  private final Tensor a;
  private final Tensor b;

  public MatrixBenchmark() {
    this(Device.CPU, Work.SIDE, DType.FLOAT32);
  }

  MatrixBenchmark(Device device, int side, DType type) {
    a = Data.uniform(device, side, side).to(type);
    b = Data.uniform(device, side, side).to(type);
  }

  @Benchmark
  public double product() {
    try (Scope _ = Scope.open()) {
      return ElementwiseBenchmark.finished(a.matmul(b));
    }
  }

  /// By the tensor cores of a GPU.
  double productInTf32() {
    System.setProperty("adjoint.cuda.tf32", "true");
    try {
      return product();
    } finally {
      System.clearProperty("adjoint.cuda.tf32");
    }
  }

  @Benchmark
  public double rowSums() {
    try (Scope _ = Scope.open()) {
      return ElementwiseBenchmark.finished(a.sum(1));
    }
  }

  @Benchmark
  public double columnSums() {
    try (Scope _ = Scope.open()) {
      return ElementwiseBenchmark.finished(a.sum(0));
    }
  }

  @TearDown
  public void close() {
    a.close();
    b.close();
  }
}
