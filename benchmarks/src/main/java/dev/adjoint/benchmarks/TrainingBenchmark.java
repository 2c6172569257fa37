package dev.adjoint.benchmarks;

import dev.adjoint.LaunchGraph;
import dev.adjoint.Scope;
import dev.adjoint.Tensor;
import dev.adjoint.nn.Linear;
import dev.adjoint.nn.Losses;
import dev.adjoint.nn.Module;
import dev.adjoint.nn.Sequential;
import dev.adjoint.optim.Adam;
import dev.adjoint.optim.Optimizer;
import dev.adjoint.optim.SGD;
import dev.adjoint.type.Device;
import java.util.ArrayList;
import java.util.List;
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
import org.openjdk.jmh.annotations.Warmup;

/// A step of training: forward, cross entropy, backward, update, as a user writes it.
@State(org.openjdk.jmh.annotations.Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 2,
    jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-Dadjoint.cpu.threads=2"})
@SuppressWarnings("NullAway.Init") // JMH sets what it then asks for
public class TrainingBenchmark {
  @Param({Work.NETWORK, Work.SMALL_NETWORK})
  private String network;

  private Tensor inputs;
  private Tensor classes;
  private Module model;
  private Optimizer optimizer;
  private Device device = Device.CPU;

  /// The benchmark of one network, set up.
  static TrainingBenchmark of(String layers, int batch, Device device) {
    TrainingBenchmark b = new TrainingBenchmark();
    b.network = batch + ":" + layers;
    b.device = device;
    b.setUp();
    return b;
  }

  @Setup
  public void setUp() {
    Network n = Network.of(network);
    int[] sizes = n.sizes();
    inputs = Data.uniform(device, n.batch(), sizes[0]);
    classes = Data.classes(device, n.batch(), sizes[sizes.length - 1]);
    List<Module> layers = new ArrayList<>();
    for (int i = 1; i < sizes.length; i++) {
      if (i > 1) {
        layers.add(Tensor::relu);
      }
      layers.add(new Linear(sizes[i - 1], sizes[i], device));
    }
    model = new Sequential(layers.toArray(Module[]::new));
    optimizer =
        network.endsWith(":" + Work.SMALL_LAYERS)
            ? new SGD(model.parameters(), 1e-3)
            : new Adam(model.parameters(), 1e-3);
  }

  /// One step; yields the loss before it.
  @Benchmark
  public double step() {
    try (Scope _ = Scope.open()) {
      return stepWithoutScope();
    }
  }

  /// As [#step], with the collector to clear up.
  @Benchmark
  public double stepWithoutScope() {
    return loss().item();
  }

  private Tensor loss() {
    Tensor loss = Losses.crossEntropy(model.forward(inputs), classes);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss;
  }

  /// The launches of [#step], once it has run.
  LaunchGraph<Tensor> captured() {
    step();
    return LaunchGraph.capture(() -> {
      try (Scope scope = Scope.open()) {
        return scope.keep(loss().detach());
      }
    });
  }
}
