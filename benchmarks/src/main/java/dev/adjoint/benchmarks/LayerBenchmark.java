package dev.adjoint.benchmarks;

import dev.adjoint.Scope;
import dev.adjoint.Tensor;
import dev.adjoint.nn.Activation;
import dev.adjoint.nn.Conv2d;
import dev.adjoint.nn.ConvOptions;
import dev.adjoint.nn.Flatten;
import dev.adjoint.nn.LayerNorm;
import dev.adjoint.nn.Linear;
import dev.adjoint.nn.Losses;
import dev.adjoint.nn.MaxPool2d;
import dev.adjoint.nn.Sequential;
import dev.adjoint.optim.Adam;
import dev.adjoint.type.Device;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Layers of images and of rows, as a user writes them.
@State(org.openjdk.jmh.annotations.Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 2,
    jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-Dadjoint.cpu.threads=2"})
public class LayerBenchmark {
  private static final ConvOptions SAME = ConvOptions.DEFAULT.padding(1);

  private final Tensor images;
  private final Tensor classes;
  private final Sequential network;
  private final Adam optimizer;
  private final Device device;
  private final int rowCount;
  private @Nullable Tensor rows; // not there while the memory of the other line is looked at
  private final LayerNorm norm = new LayerNorm(Work.SIDE);

  public LayerBenchmark() {
    this(Device.CPU, 64, 4096);
  }

  LayerBenchmark(Device device, int batch, int rows) {
    images = Data.uniform(device, batch, 1, 28, 28);
    classes = Data.classes(device, batch, 10);
    network =
        new Sequential(
            new Conv2d(1, 16, 3, SAME, device),
            Activation.RELU,
            new MaxPool2d(2),
            new Conv2d(16, 32, 3, SAME, device),
            Activation.RELU,
            new MaxPool2d(2),
            new Flatten(),
            new Linear(32 * 7 * 7, 10, device));
    optimizer = new Adam(network.parameters(), 1e-3);
    this.device = device;
    rowCount = rows;
    norm.to(device);
  }

  /// A step of training; yields the loss before it.
  @Benchmark
  public double convnet() {
    try (Scope _ = Scope.open()) {
      Tensor loss = Losses.crossEntropy(network.forward(images), classes);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return loss.item();
    }
  }

  private Tensor rows() {
    Tensor made = rows == null ? Data.uniform(device, rowCount, Work.SIDE).requiresGrad_() : rows;
    rows = made;
    return made;
  }

  /// Forward, and the gradients of the rows, the weight and the bias.
  @Benchmark
  public double layerNormGelu() {
    Tensor x = rows();
    try (Scope _ = Scope.open()) {
      x.setGrad(null);
      norm.parameters().forEach(p -> p.setGrad(null));
      norm.forward(x).gelu().sum().backward();
      return ElementwiseBenchmark.finished(x);
    }
  }
}
