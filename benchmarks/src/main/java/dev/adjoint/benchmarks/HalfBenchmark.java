package dev.adjoint.benchmarks;

import dev.adjoint.Scope;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import dev.adjoint.type.Shape;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// The types that are stored in 16 bits beside the one that they are computed in.
@State(org.openjdk.jmh.annotations.Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-Dadjoint.cpu.threads=2"})
@SuppressWarnings("NullAway.Init") // JMH sets up before it asks
public class HalfBenchmark {
  @Param({"FLOAT32", "FLOAT16", "BFLOAT16"})
  DType type;

  private Tensor x;
  private Tensor w;
  private Tensor matrix;

  @Setup
  public void make() {
    x = Tensors.rand(Shape.of(Work.FLOATS), type, Device.CPU);
    w = Tensors.rand(Shape.of(Work.FLOATS), type, Device.CPU);
    matrix = Tensors.rand(Shape.of(Work.SIDE, Work.SIDE), type, Device.CPU);
  }

  @Benchmark
  public long add() {
    try (Scope _ = Scope.open()) {
      return x.add(w).segment().byteSize();
    }
  }

  @Benchmark
  public double sum() {
    try (Scope _ = Scope.open()) {
      return x.sum().item();
    }
  }

  @Benchmark
  public long product() {
    try (Scope _ = Scope.open()) {
      return matrix.matmul(matrix).segment().byteSize();
    }
  }

  @TearDown
  public void close() {
    x.close();
    w.close();
    matrix.close();
  }
}
