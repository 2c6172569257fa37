package dev.adjoint.benchmarks.pytorch;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import dev.adjoint.benchmarks.Threads;

/// PyTorch's engine, told how many threads it may use, with as little of DJL around it as there can be:
/// one collector for a whole benchmark, and a manager per step that frees what the step made.
final class PyTorch implements AutoCloseable {
  final NDManager lasting;
  private final GradientCollector collector;

  private static final class Holder {
    static final Engine ENGINE = open();

    private static Engine open() {
      System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(Threads.count()));
      System.setProperty("ai.djl.offline", "true");
      System.setProperty("OPT_OUT_TRACKING", "true");
      return Engine.getEngine("PyTorch");
    }
  }

  /// To be opened on the thread that computes: what is recorded is PyTorch's per thread.
  PyTorch() {
    lasting = engine().newBaseManager();
    collector = engine().newGradientCollector();
  }

  static Engine engine() {
    return Holder.ENGINE;
  }

  /// The same elements as a fresh leaf without a gradient, to be freed with the manager.
  static NDArray leaf(NDArray elements, NDManager step) {
    NDArray leaf = elements.stopGradient();
    leaf.attach(step);
    leaf.setRequiresGradient(true);
    return leaf;
  }

  void backward(NDArray loss) {
    collector.backward(loss);
  }

  @Override
  public void close() {
    collector.close();
    lasting.close();
  }
}
