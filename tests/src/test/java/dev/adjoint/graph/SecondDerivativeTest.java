package dev.adjoint.graph;

import static dev.adjoint.GradOption.CREATE_GRAPH;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Autograd;
import dev.adjoint.Expect;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Derivatives of derivatives.
class SecondDerivativeTest extends OnEachDevice {

  @Test
  void aRecordedGradientCanBeDifferentiatedAgain() {
    Tensor x = scalarLeaf(2);
    Tensor y = x.pow(4);
    Tensor first = Autograd.grad(y, x, CREATE_GRAPH);
    Tensor second = Autograd.grad(first, x, CREATE_GRAPH);
    Tensor third = Autograd.grad(second, x, CREATE_GRAPH);
    Tensor fourth = Autograd.grad(third, x);
    Expect.values(first, 32);
    Expect.values(second, 48);
    Expect.values(third, 48);
    Expect.values(fourth, 24);
    assertTrue(third.requiresGrad());
    assertFalse(fourth.requiresGrad());
  }

  @Test
  void gradOfTheGradientIsTheHessianTimesAVector() {
    Tensor x = counting(2, 2).add(1).detach().requiresGrad_();
    Tensor y = counting(2, 2).add(5).detach().requiresGrad_();
    Tensor z = x.pow(2).add(y.mul(x)).add(y.pow(2));
    List<Tensor> first = Autograd.grad(List.of(z.sum()), List.of(x, y), null, CREATE_GRAPH);
    Tensor total = first.get(0).add(first.get(1));
    Tensor v = counting(2, 2).detach();
    List<Tensor> hv = Autograd.grad(List.of(total), List.of(x, y), List.of(v));
    // Hessian rows [2, 1] and [1, 2], times (v, v)
    Expect.values(hv.get(0), 0, 3, 6, 9);
    Expect.values(hv.get(1), 0, 3, 6, 9);
  }

  @Test
  void backwardOfTheGradientAddsTheHessianToIt() {
    Tensor x = leaf(1, 2);
    Tensor y = leaf(3, 4);
    x.pow(2).add(y.mul(x)).add(y.pow(2)).backward(ones(2), CREATE_GRAPH);
    Tensor xGrad = Expect.gradOf(x);
    Tensor yGrad = Expect.gradOf(y);
    Expect.values(xGrad, 5, 8);
    Expect.values(yGrad, 7, 10);
    xGrad.add(yGrad).backward(ones(2));
    Expect.values(x.grad(), 5 + 3, 8 + 3);
    Expect.values(y.grad(), 7 + 3, 10 + 3);
  }

  @Test
  void withoutCreateGraphTheGradientIsAConstant() {
    Tensor x = scalarLeaf(2);
    assertFalse(Autograd.grad(x.pow(3), x).requiresGrad());
  }

  @Test
  void savedTensorsRememberWhichOutputTheyWere() {
    Tensor x = counting(4).requiresGrad_();
    Tensor second = x.mul(1).split(2, 0).get(1);
    Tensor first = Autograd.grad(second.mul(second).sum(), x, CREATE_GRAPH);
    Expect.values(first, 0, 0, 4, 6);
    Expect.values(Autograd.grad(first.sum(), x), 0, 0, 2, 2);
  }

  @Test
  void savedResultsAreDifferentiatedThroughTheirOwnNode() {
    Tensor x = scalarLeaf(0.5);
    double e = Math.exp(0.5);
    Tensor first = Autograd.grad(x.exp(), x, CREATE_GRAPH);
    Expect.close(first, 1e-6, e);
    Expect.close(Autograd.grad(first, x), 1e-6, e);
    Tensor tanh = Autograd.grad(x.tanh(), x, CREATE_GRAPH);
    double t = Math.tanh(0.5);
    Expect.close(Autograd.grad(tanh, x), 1e-6, -2 * t * (1 - t * t));
  }

  @Test
  void secondDerivativesGoThroughBroadcastsAndSums() {
    Tensor x = leaf(1, 2, 3);
    Tensor s = scalarLeaf(2);
    Tensor y = x.mul(s).sum().pow(2);
    List<Tensor> first = Autograd.grad(List.of(y), List.of(x, s), null, CREATE_GRAPH);
    Expect.values(first.get(0), 48, 48, 48);
    Expect.values(first.get(1), 144);
    // y = s² (Σx)²: d²y/ds² = 2 (Σx)², d²y/dx ds = 4 s Σx
    List<Tensor> second = Autograd.grad(List.of(first.get(1)), List.of(x, s), null);
    Expect.values(second.get(0), 48, 48, 48);
    Expect.values(second.get(1), 72);
  }

  @Test
  void secondDerivativesGoThroughInPlaceOperationsOnViews() {
    Tensor x = leaf(1, 2);
    Tensor y = x.clone();
    y.narrow(0, 0, 1).mul_(x.narrow(0, 1, 1));
    // y = (x0 x1, x1)
    Tensor first = Autograd.grad(y.pow(2).sum(), x, CREATE_GRAPH);
    Expect.values(first, 8, 8);
    Expect.values(Autograd.grad(first.sum(), x), 16, 12);
  }

  @Test
  void theGradientWithRespectToItsVectorIsTheLinearMap() {
    Tensor x = leaf(1, 2);
    Tensor v = leaf(5, 7);
    Tensor vjp = Autograd.grad(List.of(x.pow(3)), List.of(x), List.of(v), CREATE_GRAPH).getFirst();
    Expect.values(vjp, 15, 84);
    Expect.values(Autograd.grad(vjp.sum(), v), 3, 12);
  }
}
