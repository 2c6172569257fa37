package dev.adjoint.benchmarks.pytorch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// The work of the parent package's class of this name.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@SuppressWarnings("NullAway.Init") // JMH sets up before it asks
public class ScalarBenchmark {
  private PyTorch torch;
  private NDArray x;

  @Setup
  public void setUp() {
    torch = new PyTorch();
    x = torch.lasting.create(1.01f);
  }

  @Benchmark
  public NDArray multiplications() {
    try (NDManager step = torch.lasting.newSubManager()) {
      NDArray leaf = PyTorch.leaf(x, step);
      NDArray y = leaf;
      for (int i = 0; i < 10; i++) {
        y = y.mul(1.01f);
      }
      torch.backward(y);
      return y;
    }
  }

  @Benchmark
  public NDArray products() {
    try (NDManager step = torch.lasting.newSubManager()) {
      NDArray leaf = PyTorch.leaf(x, step);
      NDArray y = leaf;
      for (int i = 0; i < 10; i++) {
        y = y.mul(leaf);
      }
      torch.backward(y);
      return y;
    }
  }

  @TearDown
  public void tearDown() {
    torch.close();
  }
}
