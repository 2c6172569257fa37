package dev.adjoint.acceptance;

import static dev.adjoint.Tensors.noGrad;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Expect;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import org.junit.jupiter.api.Test;

/// Seed 4, the course page with the outputs that it meant to show: rows 4.1 to 4.8.
class SeedCourseTest extends OnEachDevice {

  @Test
  void aMatrixOfOnesPrints() {
    prints(
        "tensor([[1., 1., 1., 1.],\n        [1., 1., 1., 1.]], requires_grad=True)",
        ones(2, 4).requiresGrad_());
  }

  @Test
  void aSumPrintsItsNode() {
    Tensor y = ones(2, 4).requiresGrad_().add(1);
    prints("tensor([[2., 2., 2., 2.],\n        [2., 2., 2., 2.]], grad_fn=<AddBackward0>)", y);
    assertTrue(y.gradFn().toString().matches("<AddBackward0 object at 0x[0-9a-f]+>"));
  }

  @Test
  void detachInPlaceOnALeafStopsItAsking() {
    Tensor x = ones(2, 4).requiresGrad_();
    Tensor y = x.add(1);
    assertSame(x, x.detach_());
    prints("tensor([[1., 1., 1., 1.],\n        [1., 1., 1., 1.]])", x);
    assertFalse(x.requiresGrad());
    assertTrue(y.requiresGrad());
  }

  @Test
  void aLeafCanStopAsking() {
    Tensor x = zeros(2, 3).requiresGrad_();
    prints("tensor([[0., 0., 0.],\n        [0., 0., 0.]])", x.requiresGrad_(false));
  }

  @Test
  void withoutRecordingTheSumPrintsPlain() {
    Tensor x = ones(2, 4).requiresGrad_();
    prints("tensor([[2., 2., 2., 2.],\n        [2., 2., 2., 2.]])", noGrad(() -> x.add(1)));
  }

  private static Tensor expression(Tensor x, Tensor y, Tensor z) {
    return x.pow(4).mul(2).sub(y.pow(3)).add(z.pow(2).mul(3));
  }

  @Test
  void theExpressionAndItsDerivativesByHandPrint() {
    Tensor x = tensor(new float[] {1, 2});
    Tensor y = tensor(new float[] {3, 4});
    Tensor z = tensor(new float[] {5, 6});
    prints("tensor([50., 76.])", expression(x, y, z));
    prints("tensor([ 8., 64.])", x.pow(3).mul(8));
    prints("tensor([-27., -48.])", y.pow(2).mul(-3));
    prints("tensor([30., 36.])", z.mul(6));
  }

  @Test
  void theGradientsAreExactlyTheDerivativesByHand() {
    Tensor x = tensor(new float[] {1, 2}).requiresGrad_();
    Tensor y = tensor(new float[] {3, 4}).requiresGrad_();
    Tensor z = tensor(new float[] {5, 6}).requiresGrad_();
    Tensor e = expression(x, y, z);
    prints("tensor([50., 76.], grad_fn=<AddBackward0>)", e);
    e.backward(tensor(new float[] {1, 1}));
    prints("tensor([ 8., 64.])", x.grad());
    prints("tensor([-27., -48.])", y.grad());
    prints("tensor([30., 36.])", z.grad());
    prints("tensor([True, True])", x.pow(3).mul(8).eq(Expect.gradOf(x)));
    prints("tensor([True, True])", y.pow(2).mul(-3).eq(Expect.gradOf(y)));
    prints("tensor([True, True])", z.mul(6).eq(Expect.gradOf(z)));
  }
}
