package dev.adjoint.benchmarks.pytorch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.core.Linear;
import dev.adjoint.benchmarks.Data;
import dev.adjoint.benchmarks.Network;
import dev.adjoint.benchmarks.Work;
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
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// The work of the parent package's class of this name, in plain arrays: DJL's blocks and trainer would
/// only be in the way. The update is DJL's native one, which works in place.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@SuppressWarnings("NullAway.Init") // JMH sets up before it asks
public class TrainingBenchmark {
  private static final float RATE = 1e-3f;
  private static final float BETA1 = 0.9f;
  private static final float BETA2 = 0.999f;

  @Param({Work.NETWORK, Work.SMALL_NETWORK})
  private String network;

  private PyTorch torch;
  private NDArray inputs;
  private NDArray classes;
  private List<Parameter> parameters;
  private int steps;

  private record Parameter(NDArray value, NDArray mean, NDArray square) {}

  /// The benchmark of one network, set up.
  static TrainingBenchmark of(String network) {
    TrainingBenchmark b = new TrainingBenchmark();
    b.network = network;
    b.setUp();
    return b;
  }

  @Setup
  public void setUp() {
    torch = new PyTorch();
    NDManager m = torch.lasting;
    Network n = Network.of(network);
    int[] sizes = n.sizes();
    int classCount = sizes[sizes.length - 1];
    inputs = m.create(Data.floats(n.batch() * sizes[0], 3), new Shape(n.batch(), sizes[0]));
    classes = m.create(Data.classes(n.batch(), classCount), new Shape(n.batch(), 1));
    parameters = new ArrayList<>();
    for (int i = 1; i < sizes.length; i++) {
      float bound = (float) (1 / Math.sqrt(sizes[i - 1]));
      parameters.add(parameter(bound, sizes[i], sizes[i - 1]));
      parameters.add(parameter(bound, sizes[i]));
    }
  }

  private Parameter parameter(float bound, long... sizes) {
    Shape shape = new Shape(sizes);
    NDManager m = torch.lasting;
    return new Parameter(m.randomUniform(-bound, bound, shape), m.zeros(shape), m.zeros(shape));
  }

  /// One step; yields the loss before it.
  @Benchmark
  public NDArray step() {
    try (NDManager step = torch.lasting.newSubManager()) {
      NDArray[] leaves = new NDArray[parameters.size()];
      for (int i = 0; i < leaves.length; i++) {
        leaves[i] = PyTorch.leaf(parameters.get(i).value, step);
      }
      inputs.tempAttach(step);
      NDArray x = inputs;
      for (int i = 0; i < leaves.length; i += 2) {
        x = i == 0 ? x : Activation.relu(x);
        x = Linear.linear(x, leaves[i], leaves[i + 1]).head();
      }
      NDArray loss = x.logSoftmax(1).gather(classes, 1).mean().neg();
      torch.backward(loss);
      update(leaves, step);
      return loss;
    }
  }

  private void update(NDArray[] leaves, NDManager step) {
    steps++;
    double corrections = Math.sqrt(1 - Math.pow(BETA2, steps)) / (1 - Math.pow(BETA1, steps));
    float corrected = (float) (RATE * corrections);
    for (int i = 0; i < leaves.length; i++) {
      Parameter p = parameters.get(i);
      NDArray gradient = leaves[i].getGradient();
      gradient.attach(step);
      p.value
          .getNDArrayInternal()
          .adamUpdate(
              new NDList(p.value, gradient, p.mean, p.square),
              new NDList(p.value),
              RATE,
              corrected,
              0,
              1,
              -1,
              BETA1,
              BETA2,
              1e-8f,
              false,
              false);
    }
  }

  @TearDown
  public void tearDown() {
    torch.close();
  }
}
