package dev.adjoint.benchmarks.pytorch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Activation;
import dev.adjoint.benchmarks.Data;
import dev.adjoint.benchmarks.Work;
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

/// The work of the parent package's class of this name; results are new, as `x + y` makes them.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@SuppressWarnings("NullAway.Init") // JMH sets up before it asks
public class ElementwiseBenchmark {
  private PyTorch torch;
  private NDArray x;
  private NDArray w;

  @Setup
  public void setUp() {
    torch = new PyTorch();
    x = torch.lasting.create(Data.floats(Work.FLOATS, 1));
    w = torch.lasting.create(Data.floats(Work.FLOATS, 2));
  }

  @Benchmark
  public NDArray add() {
    try (NDArray y = x.add(w)) {
      return y;
    }
  }

  @Benchmark
  public NDArray tanh() {
    try (NDArray y = x.tanh()) {
      return y;
    }
  }

  @Benchmark
  public NDArray sum() {
    try (NDArray y = x.sum()) {
      return y;
    }
  }

  @Benchmark
  public NDArray expression() {
    try (NDManager step = torch.lasting.newSubManager()) {
      NDArray a = PyTorch.leaf(x, step);
      NDArray b = PyTorch.leaf(w, step);
      NDArray y = a.mul(b).add(a).tanh().mul(Activation.sigmoid(b)).sum();
      torch.backward(y);
      return y;
    }
  }

  @TearDown
  public void tearDown() {
    torch.close();
  }
}
