package dev.adjoint.examples.digits;

import static dev.adjoint.Tensors.manualSeed;
import static dev.adjoint.Tensors.noGrad;
import static dev.adjoint.Tensors.randperm;
import static dev.adjoint.Tensors.shape;
import static dev.adjoint.Tensors.zeros;

import dev.adjoint.Scope;
import dev.adjoint.Tensor;
import dev.adjoint.nn.Losses;
import dev.adjoint.nn.Module;
import dev.adjoint.optim.Adam;
import dev.adjoint.optim.Optimizer;
import dev.adjoint.type.DType;
import java.util.List;

/// A network in training: mini-batches in random order, cross entropy, Adam.
public final class Training {
  private final Settings settings;
  private final Digits train;
  private final Digits test;
  private final Module network;
  private final Optimizer optimizer;

  /// Seeds the process's generator, splits the data by it, and draws the first weights.
  public Training(Digits digits, Settings settings) {
    this.settings = settings;
    manualSeed(settings.seed());
    Tensor order = permutation(digits.count());
    long held = digits.count() / 5;
    test = digits.select(order.narrow(0, 0, held));
    train = digits.select(order.narrow(0, held, digits.count() - held));
    network = settings.model().create(settings.device());
    optimizer = new Adam(network.parameters(), settings.learningRate());
  }

  private Tensor permutation(long n) {
    return randperm(n, DType.INT64, settings.device());
  }

  public int stepsPerEpoch() {
    return Math.ceilDiv((int) train.count(), settings.batch());
  }

  /// Goes through all training digits once, then tests.
  ///
  /// @param afterStep told of each batch
  public Epoch epoch(int number, Runnable afterStep) {
    try (Scope _ = Scope.open()) {
      Tensor total = zeros(shape(), DType.FLOAT32, settings.device());
      for (Tensor places : permutation(train.count()).split(settings.batch(), 0)) {
        step(places, total);
        afterStep.run();
      }
      network.eval();
      Tensor logits = noGrad(() -> network.forward(test.pixels()));
      network.train();
      Tensor right = logits.argmax(1).eq(test.labels());
      return new Epoch(
          number,
          total.item() / train.count(),
          Losses.crossEntropy(logits, test.labels()).item(),
          (double) right.sum().itemLong() / test.count());
    }
  }

  private void step(Tensor places, Tensor total) {
    try (Scope _ = Scope.open()) {
      Digits batch = train.select(places);
      optimizer.zeroGrad();
      Tensor loss = Losses.crossEntropy(network.forward(batch.pixels()), batch.labels());
      loss.backward();
      optimizer.step();
      total.add_(loss.detach(), batch.count());
    }
  }

  /// What training changes.
  public List<Tensor> parameters() {
    return network.parameters();
  }

  @Override
  public String toString() {
    return "digits: %d to train on, %d held out; %s, batches of %d, learning rate %s, seed %d"
        .formatted(
            train.count(),
            test.count(),
            settings.model().sizes(),
            settings.batch(),
            settings.learningRate(),
            settings.seed());
  }
}
