package dev.adjoint.capture;

import dev.adjoint.LaunchGraph;
import dev.adjoint.Scope;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.nn.Activation;
import dev.adjoint.nn.BatchNorm1d;
import dev.adjoint.nn.Linear;
import dev.adjoint.nn.Losses;
import dev.adjoint.nn.Module;
import dev.adjoint.nn.Sequential;
import dev.adjoint.optim.Optimizer;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/// A small classifier, its optimiser, and its training step on one static batch.
final class Trained {
  private static final int ROWS = 16;
  private static final int FEATURES = 12;
  private static final int CLASSES = 5;

  final Module model;
  final Tensor input;
  final Tensor target;
  private final Optimizer optimizer;
  private final List<float[]> losses = new ArrayList<>();

  Trained(Device device, Function<List<Tensor>, Optimizer> optimizer) {
    Tensors.manualSeed(7);
    model =
        new Sequential(
            new Linear(FEATURES, 20),
            new BatchNorm1d(20),
            Activation.RELU,
            new Linear(20, CLASSES));
    model.to(device);
    this.optimizer = optimizer.apply(model.parameters());
    input = Tensors.zeros(Tensors.shape(ROWS, FEATURES), DType.FLOAT32, device);
    target = Tensors.zeros(Tensors.shape(ROWS), DType.INT64, device);
  }

  /// Writes the batch of a number in the step's place.
  void load(int batch) {
    Tensors.manualSeed(100 + batch);
    try (Scope _ = Scope.open()) {
      input.copy_(Tensors.randn(input.shape()));
      target.copy_(Tensors.randint(0, CLASSES, target.shape()));
    }
  }

  Tensor step() {
    try (Scope scope = Scope.open()) {
      optimizer.zeroGrad();
      Tensor loss = Losses.crossEntropy(model.forward(input), target);
      loss.backward();
      optimizer.step();
      return scope.keep(loss.detach());
    }
  }

  /// Trains on batches from 0 on, all but the first two by replays if that is asked for.
  Trained train(int batches, boolean replayed) {
    load(0);
    note(step());
    if (!replayed) {
      for (int b = 1; b < batches; b++) {
        load(b);
        note(step());
      }
      return this;
    }
    load(1);
    try (LaunchGraph<Tensor> graph = LaunchGraph.capture(this::step)) {
      note(graph.result());
      for (int b = 2; b < batches; b++) {
        load(b);
        note(graph.replay());
      }
    }
    return this;
  }

  private void note(Tensor loss) {
    losses.add(loss.toFloatArray());
  }

  /// Losses, parameters, gradients, buffers and versions, as text.
  String state() {
    StringBuilder text = new StringBuilder();
    losses.forEach(loss -> text.append(Arrays.toString(loss)).append('\n'));
    for (Tensor p : model.parameters()) {
      text.append(p.version()).append(Arrays.toString(p.toFloatArray())).append('\n');
      text.append(Arrays.toString(p.grad().toFloatArray())).append('\n');
    }
    model
        .namedBuffers()
        .forEach((n, b) -> text.append(n).append(Arrays.toString(b.toDoubleArray())).append('\n'));
    return text.toString();
  }
}
