package dev.adjoint.benchmarks;

import dev.adjoint.Scope;
import dev.adjoint.Tensor;
import dev.adjoint.nn.Losses;
import dev.adjoint.optim.Adam;
import dev.adjoint.type.Device;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What a training step of a large model does outside its layers: the loss, and the update.
@State(org.openjdk.jmh.annotations.Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 2,
    jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-Dadjoint.cpu.threads=2"})
public class LossBenchmark {
  private final Tensor logits;
  private final Tensor classes;
  private final Tensor parameters;
  private final Adam optimizer;

  public LossBenchmark() {
    this(Device.CPU, 4096, 10_000_000);
  }

  LossBenchmark(Device device, int samples, int count) {
    logits = Data.uniform(device, samples, Work.CLASSES).requiresGrad_();
    classes = Data.classes(device, samples, Work.CLASSES);
    parameters = Data.uniform(device, count).requiresGrad_();
    parameters.setGrad(Data.uniform(device, count));
    optimizer = new Adam(List.of(parameters), 1e-3);
  }

  /// Forward and backward.
  @Benchmark
  public double crossEntropy() {
    try (Scope _ = Scope.open()) {
      logits.setGrad(null);
      Losses.crossEntropy(logits, classes).backward();
      return ElementwiseBenchmark.finished(logits);
    }
  }

  @Benchmark
  public double update() {
    try (Scope _ = Scope.open()) {
      optimizer.step();
      return ElementwiseBenchmark.first(parameters.detach());
    }
  }
}
