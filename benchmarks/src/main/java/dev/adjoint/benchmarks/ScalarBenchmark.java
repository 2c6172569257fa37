package dev.adjoint.benchmarks;

import static java.util.Objects.requireNonNull;

import dev.adjoint.Scope;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
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
import org.openjdk.jmh.annotations.Warmup;

/// What an operation on a single number or a few costs: all of it is overhead.
@State(org.openjdk.jmh.annotations.Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class ScalarBenchmark {
  private final Tensor x;
  private final Tensor numbers;
  private final int products;
  private final int additions;

  public ScalarBenchmark() {
    this(Device.CPU, 10, 100);
  }

  /// With so many operations one after the other.
  ScalarBenchmark(Device device, int products, int additions) {
    x = Tensors.tensor(1.01f, DType.FLOAT32, device).requiresGrad_();
    numbers = Data.uniform(device, 16);
    this.products = products;
    this.additions = additions;
  }

  /// A hundred additions of few numbers, each to the sum before.
  @Benchmark
  public double additions() {
    try (Scope _ = Scope.open()) {
      Tensor y = numbers;
      for (int i = 0; i < additions; i++) {
        y = y.add(numbers);
      }
      return ElementwiseBenchmark.first(y);
    }
  }

  /// x times a number, ten times, and its derivative.
  @Benchmark
  public double multiplications() {
    try (Scope _ = Scope.open()) {
      Tensor y = x;
      for (int i = 0; i < products; i++) {
        y = y.mul(1.01f);
      }
      x.setGrad(null);
      y.backward();
      return requireNonNull(x.grad()).item();
    }
  }

  /// x to the eleventh power, and its derivative.
  @Benchmark
  public double products() {
    try (Scope _ = Scope.open()) {
      Tensor y = x;
      for (int i = 0; i < products; i++) {
        y = y.mul(x);
      }
      x.setGrad(null);
      y.backward();
      return requireNonNull(x.grad()).item();
    }
  }

  /// As [#products], with the collector to clear up.
  @Benchmark
  public double productsWithoutScope() {
    Tensor y = x;
    for (int i = 0; i < products; i++) {
      y = y.mul(x);
    }
    x.setGrad(null);
    y.backward();
    return requireNonNull(x.grad()).item();
  }
}
