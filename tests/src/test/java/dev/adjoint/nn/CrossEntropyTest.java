package dev.adjoint.nn;

import static dev.adjoint.GradOption.CREATE_GRAPH;
import static dev.adjoint.GradOption.RETAIN_GRAPH;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Autograd;
import dev.adjoint.Expect;
import dev.adjoint.GradFn;
import dev.adjoint.LaunchGraph;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.memory.Deferred;
import dev.adjoint.nn.Losses.Reduction;
import dev.adjoint.type.DType;
import dev.adjoint.type.Shape;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Cross entropy so large that its log softmax, and the gradient of that, are only described.
@ExtendWith(Deferred.class)
class CrossEntropyTest extends OnEachDevice {
  private static final int ROWS = 71;
  private static final int CLASSES = 117;

  /// Numbers between -8 and 8, some of them equal.
  private Tensor logits(DType type, long... sizes) {
    double[] data = new double[(int) Shape.of(sizes).elements()];
    for (int i = 0; i < data.length; i++) {
      data[i] = i * 7919L % 1601 / 100.0 - 8;
    }
    Tensor flat = Tensors.tensor(data, type, device);
    return flat.reshape(sizes).detach().clone().requiresGrad_();
  }

  /// Classes; each tenth is to be ignored.
  private Tensor classes(int count, long... sizes) {
    long[] data = new long[(int) Shape.of(sizes).elements()];
    for (int i = 0; i < data.length; i++) {
      data[i] = i % 10 == 3 ? Losses.IGNORED : i * 37L % count;
    }
    return tensor(data).reshape(sizes);
  }

  private Tensor logits() {
    return logits(DType.FLOAT32, ROWS, CLASSES);
  }

  private Tensor classes() {
    return classes(CLASSES, ROWS);
  }

  private static double[][] lossAndGradient(Tensor x, Supplier<Tensor> loss) {
    Tensor y = loss.get();
    x.setGrad(null);
    y.backward(Tensors.onesLike(y).mul(3));
    return new double[][] {y.toDoubleArray(), Expect.gradOf(x).toDoubleArray()};
  }

  private static void sameAsAtOnce(Tensor x, Supplier<Tensor> loss) {
    double[][] waited = lossAndGradient(x, loss);
    double[][] atOnce = Deferred.atOnce(() -> lossAndGradient(x, loss));
    assertArrayEquals(atOnce[0], waited[0], "loss");
    assertArrayEquals(atOnce[1], waited[1], "gradient");
  }

  @Test
  void whatIsOnlyDescribedGivesTheSameBits() {
    for (Reduction r : Reduction.values()) {
      for (long[] sizes : new long[][] {{1, 5000}, {ROWS, CLASSES}, {2100, 2}, {5, 11, 9, 13}}) {
        Tensor x = logits(DType.FLOAT32, sizes);
        long[] places = x.select(1, 0).shape().toArray();
        Tensor target = classes((int) sizes[1], places);
        sameAsAtOnce(x, () -> Losses.crossEntropy(x, target, r));
        sameAsAtOnce(x, () -> Losses.nllLoss(x.logSoftmax(1), target, r));
      }
    }
  }

  @Test
  void oneGroupAndManySumUpTheLossesOfTheClassesThatCount() {
    for (int rows : new int[] {ROWS, 17_000}) {
      Tensor x = logits(DType.FLOAT64, rows, 3);
      Tensor target = classes(3, rows);
      double sum = 0;
      for (double loss : Losses.crossEntropy(x, target, Reduction.NONE).toDoubleArray()) {
        sum += loss;
      }
      double count = rows - Math.ceilDiv(rows - 3, 10);
      assertEquals(sum, Losses.crossEntropy(x, target, Reduction.SUM).item(), 1e-9 * sum);
      Tensor mean = Losses.crossEntropy(x, target);
      assertEquals(sum / count, mean.item(), 1e-12);
      GradFn nll = mean.gradFn();
      assertNotNull(nll);
      assertEquals(count, nll.savedTensors().get("total_weight").tensor().item());
      sameAsAtOnce(x, () -> Losses.crossEntropy(x, target));
    }
  }

  @Test
  void aVectorAHalfAndLogitsInAnotherOrderAreAsAtOnce() {
    Tensor vector = logits(DType.FLOAT32, 5000);
    sameAsAtOnce(vector, () -> Losses.crossEntropy(vector, tensor(4321)));
    Tensor x = logits(DType.BFLOAT16, ROWS, CLASSES);
    sameAsAtOnce(x, () -> Losses.crossEntropy(x, classes()));
    Tensor t = logits(DType.FLOAT32, CLASSES, ROWS);
    sameAsAtOnce(t, () -> Losses.crossEntropy(t.t(), classes()));
  }

  @Test
  void theLossOfANanOrAnInfinityIsNanInItsRowOnly() {
    Tensor x = logits();
    Autograd.noGrad(() -> {
      x.select(0, 5).select(0, 7).fill_(Double.NaN);
      x.select(0, 6).select(0, 8).fill_(Double.POSITIVE_INFINITY);
      x.select(0, 7).fill_(Double.NEGATIVE_INFINITY);
      x.select(0, 8).narrow(0, 0, 100).fill_(Double.NEGATIVE_INFINITY);
      return x;
    });
    sameAsAtOnce(x, () -> Losses.crossEntropy(x, classes(), Reduction.NONE));
    double[] losses = Losses.crossEntropy(x, classes(), Reduction.NONE).toDoubleArray();
    double[] gradients = Expect.gradOf(x).toDoubleArray();
    for (int row = 0; row < ROWS; row++) {
      boolean isNan = row == 5 || row == 6 || row == 7;
      assertEquals(isNan, Double.isNaN(losses[row]), "row " + row);
      assertEquals(isNan, Double.isNaN(gradients[row * CLASSES + 50]), "gradient of row " + row);
    }
  }

  @Test
  void theGraphIsThatOfANllLossOfALogSoftmax() {
    Tensor x = logits();
    Tensor loss = Losses.crossEntropy(x, classes());
    GradFn nll = loss.gradFn();
    assertNotNull(nll);
    assertEquals("NllLossBackward0", nll.name());
    assertEquals("LogSoftmaxBackward0 0, -", Expect.next(nll));
    GradFn softmax = nll.nextFunctions().getFirst().function();
    assertEquals("AccumulateGrad 0", Expect.next(softmax));
    Tensor saved = softmax.savedTensors().get("result").tensor();
    assertArrayEquals(x.logSoftmax(1).toDoubleArray(), saved.toDoubleArray());
    sameAfter(x, loss);
  }

  /// Asserts that a loss's gradient is what it would have been before.
  private void sameAfter(Tensor x, Tensor loss) {
    loss.backward();
    double[] expected = Deferred.atOnce(() -> freshGradient(null)).toDoubleArray();
    assertArrayEquals(expected, Expect.gradOf(x).toDoubleArray());
  }

  private Tensor freshGradient(Tensor unused) {
    Tensor x = logits();
    Losses.crossEntropy(x, classes()).backward();
    return Expect.gradOf(x);
  }

  @Test
  void whatIsWrittenToTheLogitsAfterwardsDoesNotMatter() {
    Tensor x = logits();
    Tensor loss = Losses.crossEntropy(x, classes());
    Autograd.noGrad(() -> x.mul_(2));
    sameAfter(x, loss);
  }

  @Test
  void whatIsWrittenToTheClassesIsFound() {
    Tensor target = classes();
    Tensor loss = Losses.crossEntropy(logits(), target);
    target.fill_(1);
    Expect.fails(
        dev.adjoint.type.GraphException.class,
        "one of the variables needed for gradient computation has been modified",
        loss::backward);
  }

  @Test
  void hooksSeeTheGradientsBetweenAndMayReplaceThem() {
    Tensor x = logits();
    Tensor loss = Losses.crossEntropy(x, classes(), Reduction.SUM);
    GradFn softmax = loss.gradFn().nextFunctions().getFirst().function();
    double[] seen = new double[3];
    softmax.registerPrehook(gradients -> {
      Tensor g = gradients.getFirst();
      seen[0] = g.sum().item();
      seen[1] = g.select(0, 0).select(0, 0).item();
      return List.of(g.mul(2));
    });
    loss.backward();
    assertEquals(-(ROWS - 7), seen[0]);
    assertEquals(-1, seen[1]);
    Tensor plain = logits();
    Losses.crossEntropy(plain, classes(), Reduction.SUM).mul(2).backward();
    Expect.close(x.grad(), 1e-6, Expect.gradOf(plain).toDoubleArray());
  }

  @Test
  void twoWalksGiveTheSameAndTheSecondDerivativeIsThatOfAtOnce() {
    Tensor x = logits();
    Tensor loss = Losses.crossEntropy(x, classes());
    Tensor first = Autograd.grad(loss, x, RETAIN_GRAPH);
    Tensor again = Autograd.grad(loss, x, CREATE_GRAPH);
    Expect.close(again, 1e-6, first.toDoubleArray());
    double[] second = Autograd.grad(again.square().sum(), x).toDoubleArray();
    double[] expected =
        Deferred.atOnce(() -> {
          Tensor g = Autograd.grad(Losses.crossEntropy(x, classes()), x, CREATE_GRAPH);
          return Autograd.grad(g.square().sum(), x).toDoubleArray();
        });
    assertArrayEquals(expected, second, 1e-7);
  }

  @Test
  void aLossAlongAnotherDimensionThanTheSoftmaxIsAsAtOnce() {
    Tensor x = logits(DType.FLOAT32, 80, 80);
    Tensor target = classes(80, 80);
    sameAsAtOnce(x, () -> Losses.nllLoss(x.logSoftmax(0), target, Reduction.SUM));
  }

  @Test
  void aCapturedStepDoesTheSame() {
    Tensor x = logits();
    Tensor target = classes();
    Supplier<Tensor> step =
        () -> {
          x.setGrad(null);
          Tensor loss = Losses.crossEntropy(x, target);
          loss.backward();
          return Tensors.cat(List.of(loss.detach().reshape(1), Expect.gradOf(x).reshape(-1)), 0);
        };
    try (LaunchGraph<Tensor> g = LaunchGraph.capture(step)) {
      Autograd.noGrad(() -> x.add_(target.to(DType.FLOAT32).unsqueeze(1)));
      double[] replayed = g.replay().toDoubleArray();
      assertArrayEquals(step.get().toDoubleArray(), replayed);
      assertTrue(replayed[0] > 0);
    }
  }
}
