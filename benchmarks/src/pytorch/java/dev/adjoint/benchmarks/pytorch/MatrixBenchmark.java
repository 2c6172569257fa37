package dev.adjoint.benchmarks.pytorch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
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

/// The work of the parent package's class of this name.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@SuppressWarnings("NullAway.Init") // JMH sets up before it asks
public class MatrixBenchmark {
  private PyTorch torch;
  private NDArray a;
  private NDArray b;

  @Setup
  public void setUp() {
    torch = new PyTorch();
    Shape square = new Shape(Work.SIDE, Work.SIDE);
    a = torch.lasting.create(Data.floats(Work.SIDE * Work.SIDE, 1), square);
    b = torch.lasting.create(Data.floats(Work.SIDE * Work.SIDE, 2), square);
  }

  @Benchmark
  public NDArray product() {
    try (NDArray c = a.matMul(b)) {
      return c;
    }
  }

  @TearDown
  public void tearDown() {
    torch.close();
  }
}
