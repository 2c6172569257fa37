package dev.adjoint.acceptance;

import static dev.adjoint.Tensors.noGrad;

import dev.adjoint.Expect;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.type.GraphException;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Seed 2, the notebook: rows 2.1 to 2.13.
class SeedNotebookTest extends OnEachDevice {
  private Tensor x;
  private Tensor v;

  @BeforeEach
  void tensors() {
    x = leaf(0.1049f, 0.8008f, -0.7523f, 0.0189f);
    v = vector(0.1f, 0.3f, 0.01f, 1.0f);
  }

  @Test
  void theLeafPrints() {
    prints("tensor([ 0.1049,  0.8008, -0.7523,  0.0189], requires_grad=True)", x);
  }

  @Test
  void twiceTheLeafPrints() {
    prints("tensor([ 0.2098,  1.6016, -1.5046,  0.0378], grad_fn=<MulBackward0>)", x.mul(2));
  }

  @Test
  void aWideRangePrintsInScientificNotationAndWraps() {
    Tensor y = x.mul(2);
    prints(
        "tensor([1.3205e-01, 7.6954e+00, 6.7915e+00, 4.2865e-03],\n"
            + "       grad_fn=<MulBackward0>)",
        y.mul(y).mul(3));
  }

  @Test
  void theSquaresTheirMeanAndTheirMedianPrint() {
    Tensor z = x.mul(x).mul(2);
    prints(
        "tensor([2.2008e-02, 1.2826e+00, 1.1319e+00, 7.1442e-04],\n"
            + "       grad_fn=<MulBackward0>)",
        z);
    prints("tensor(0.6093, grad_fn=<MeanBackward0>)", z.mean());
    prints("tensor(0.0220, grad_fn=<MedianBackward0>)", z.median());
  }

  @Test
  void theGradientOfTheMedianGoesToOneElement() {
    x.mul(x).mul(2).median().backward();
    prints("tensor([0.4196, 0.0000, -0.0000, 0.0000])", x.grad());
  }

  @Test
  void theGradientOfTheMeanIsTheLeafItself() {
    x.mul(x).mul(2).mean().backward();
    prints("tensor([ 0.1049,  0.8008, -0.7523,  0.0189])", x.grad());
  }

  @Test
  void aVectorWeighsTheGradient() {
    x.mul(x).mul(2).backward(v);
    prints("tensor([ 0.0420,  0.9610, -0.0301,  0.0756])", x.grad());
  }

  @Test
  void theNotebooksPrintIsTheSumOfBoth() {
    Tensor exact = tensor(new float[] {0.10493f, 0.80082f, -0.75231f, 0.01894f}).requiresGrad_();
    exact.mul(exact).mul(2).mean().backward();
    prints("tensor([ 0.1049,  0.8008, -0.7523,  0.0189])", exact.grad());
    exact.mul(exact).mul(2).backward(v);
    prints("tensor([ 0.1469,  1.7618, -0.7824,  0.0947])", exact.grad());
  }

  @Test
  void aVectorNeedsAGradient() {
    Tensor z = x.mul(x).mul(2);
    Expect.fails(
        GraphException.class,
        "grad can be implicitly created only for scalar outputs",
        z::backward);
  }

  @Test
  void withoutRecordingNothingIsTracked() {
    Tensor y = tensor(new float[] {0.6976f, 0.0641f, 0.3627f, 0.2815f}).requiresGrad_();
    prints("tensor([2.6976, 2.0641, 2.3627, 2.2815])", noGrad(() -> y.add(2)));
  }

  @Test
  void aLeafThatStopsAskingPrintsPlain() {
    Tensor y = tensor(new float[] {0.6976f, 0.0641f, 0.3627f, 0.2815f}).requiresGrad_();
    prints("tensor([0.6976, 0.0641, 0.3627, 0.2815])", y.detach());
    prints("tensor([0.6976, 0.0641, 0.3627, 0.2815])", y.requiresGrad_(false));
  }

  @Test
  void clearedGradientsStartAgain() {
    Tensor weights = ones(3).requiresGrad_();
    for (int epoch = 0; epoch < 5; epoch++) {
      Tensor sum = weights.mul(1.8).sum();
      prints("tensor(5.4000, grad_fn=<SumBackward0>)", sum);
      sum.backward();
      Tensor grad = Objects.requireNonNull(weights.grad());
      prints("tensor([1.8000, 1.8000, 1.8000])", grad);
      grad.zero_();
      prints("tensor([0., 0., 0.])", weights.grad());
    }
  }

  @Test
  void gradientsThatAreNotClearedAddUp() {
    Tensor weights = ones(3).requiresGrad_();
    String[] printed = {
      "tensor([1.8000, 1.8000, 1.8000])",
      "tensor([3.6000, 3.6000, 3.6000])",
      "tensor([5.4000, 5.4000, 5.4000])",
      "tensor([7.2000, 7.2000, 7.2000])",
      "tensor([9., 9., 9.])"
    };
    for (String expected : printed) {
      weights.mul(1.8).sum().backward();
      prints(expected, weights.grad());
    }
  }

  @Test
  void aProductAndASumGiveBothGradients() {
    Tensor first = tensor(new float[] {1, 2}).requiresGrad_();
    Tensor second = tensor(new float[] {3, 4}).requiresGrad_();
    Tensor z = first.mul(second).add(second);
    prints("tensor([ 6., 12.], grad_fn=<AddBackward0>)", z);
    z.backward(ones(2));
    prints("tensor([3., 4.])", first.grad());
    prints("tensor([2., 3.])", second.grad());
  }
}
