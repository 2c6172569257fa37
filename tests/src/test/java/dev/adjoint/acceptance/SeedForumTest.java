package dev.adjoint.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Autograd;
import dev.adjoint.GradOption;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.type.DType;
import org.junit.jupiter.api.Test;

/// Seed 0, the forum's question what `requires_grad_()` does: rows 0.1 to 0.6.
class SeedForumTest extends OnEachDevice {

  @Test
  void requiresGradReturnsTheSameLeaf() {
    Tensor x = tensor(3.);
    assertSame(x, x.requiresGrad_());
    assertTrue(x.isLeaf());
    prints("tensor(3., requires_grad=True)", x);
  }

  @Test
  void aPowerPrintsItsNode() {
    Tensor x = tensor(3.).requiresGrad_();
    prints("tensor(9., grad_fn=<PowBackward0>)", x.pow(2));
  }

  @Test
  void anInputWithoutRequiresGradStaysOutsideTheGraph() {
    Tensor image = tensor(new float[] {1, 2});
    Tensor y = image.mul(2);
    assertFalse(y.requiresGrad());
    prints("tensor([2., 4.])", y);
  }

  @Test
  void intermediateValuesOfTheChainPrint() {
    Tensor x = tensor(new float[] {2}).requiresGrad_();
    Tensor y = x.pow(2).mul(24);
    Tensor z = y.pow(3).mul(8);
    Tensor result = z.pow(4).mul(2);
    prints("tensor([96.], grad_fn=<MulBackward0>)", y);
    prints("tensor([7077888.], grad_fn=<MulBackward0>)", z);
    prints("tensor([5.0193e+27], grad_fn=<MulBackward0>)", result);
  }

  private static Tensor chain(Tensor x) {
    return x.pow(2).mul(24).pow(3).mul(8).pow(4).mul(2);
  }

  private static Tensor derivative(Tensor x, int order) {
    Tensor result = chain(x);
    for (int i = 0; i < order; i++) {
      result = Autograd.grad(result, x, GradOption.CREATE_GRAPH);
    }
    return result;
  }

  @Test
  void firstDerivativeIsExact() {
    Tensor x = tensor(new float[] {2}).requiresGrad_();
    Tensor first = derivative(x, 1);
    prints("tensor([6.0232e+28], grad_fn=<MulBackward0>)", first);
    assertEquals(6.023181998454545e+28, first.item());
    assertEquals(
        "First Derivative at x = 2.0 : 6.023181998454545E28",
        "First Derivative at x = " + x.item() + " : " + first.item());
  }

  @Test
  void secondDerivativeIsWithinTwoUlps() {
    Tensor second = derivative(tensor(new float[] {2}).requiresGrad_(), 2);
    prints("tensor([6.9267e+29], grad_fn=<AddBackward0>)", second);
    float exact = 6.926659109328068e+29f;
    assertEquals(exact, (float) second.item(), 2 * Math.ulp(exact));
  }

  @Test
  void thirdDerivativeIsWithinFourUlps() {
    Tensor third = derivative(tensor(new float[] {2}).requiresGrad_(), 3);
    float known = 7.619325095818738e+30f;
    assertEquals(known, (float) third.item(), 4 * Math.ulp(known));
  }

  @Test
  void float64FollowsTheClosedForm() {
    Tensor x = Tensors.tensor(new double[] {2}, DType.FLOAT64, device).requiresGrad_();
    double scale = 2 * Math.pow(8, 4) * Math.pow(24, 12);
    double[] expected = {scale * 24 * Math.pow(2, 23), 6.926659298222727e+29, 7.619325228045e+30};
    for (int order = 1; order <= 3; order++) {
      double exact = expected[order - 1];
      assertEquals(exact, derivative(x, order).item(), 1e-12 * exact, "order " + order);
    }
  }

  @Test
  void finiteDifferencesAgreeWithTheDerivative() {
    Tensor x = Tensors.tensor(new double[] {2}, DType.FLOAT64, device).requiresGrad_();
    double step = 1e-6;
    double rise = chain(x.add(step)).item() - chain(x.sub(step)).item();
    double slope = rise / (2 * step);
    assertEquals(slope, derivative(x, 1).item(), 1e-8 * slope);
  }
}
