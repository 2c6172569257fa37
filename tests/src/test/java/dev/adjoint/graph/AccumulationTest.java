package dev.adjoint.graph;

import static dev.adjoint.GradOption.CREATE_GRAPH;
import static dev.adjoint.GradOption.RETAIN_GRAPH;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Expect;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.type.DType;
import dev.adjoint.type.DTypeException;
import dev.adjoint.type.GraphException;
import dev.adjoint.type.ShapeException;
import org.junit.jupiter.api.Test;

/// How `.grad` collects, and whose memory it is.
class AccumulationTest extends OnEachDevice {

  @Test
  void thereIsNoGradientBeforeTheFirstPass() {
    assertNull(leaf(1, 2).grad());
  }

  @Test
  void aSecondPassAddsInPlace() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(2).sum();
    y.backward(RETAIN_GRAPH);
    Tensor grad = Expect.gradOf(x);
    long version = grad.version();
    y.backward();
    assertSame(grad, x.grad());
    assertEquals(version + 1, grad.version());
    Expect.values(grad, 4, 4);
  }

  @Test
  void aRecordedPassMakesANewGradient() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(x).sum();
    y.backward(RETAIN_GRAPH);
    Tensor grad = Expect.gradOf(x);
    y.backward(CREATE_GRAPH);
    assertNotSame(grad, x.grad());
    Expect.values(grad, 2, 4);
    Expect.values(x.grad(), 4, 8);
    assertTrue(Expect.gradOf(x).requiresGrad());
  }

  @Test
  void aPlainPassLeavesAGradientOutsideTheGraph() {
    Tensor x = leaf(1, 2);
    x.mul(x).sum().backward();
    assertFalse(Expect.gradOf(x).requiresGrad());
  }

  @Test
  void clearedGradientsStartFromNothing() {
    Tensor x = leaf(1, 2);
    x.mul(2).sum().backward();
    x.setGrad(null);
    assertNull(x.grad());
    x.mul(3).sum().backward();
    Expect.values(x.grad(), 3, 3);
  }

  @Test
  void zeroedGradientsKeepTheirIdentity() {
    Tensor x = leaf(1, 2);
    x.mul(2).sum().backward();
    Tensor grad = Expect.gradOf(x);
    grad.zero_();
    x.mul(3).sum().backward();
    assertSame(grad, x.grad());
    Expect.values(grad, 3, 3);
  }

  @Test
  void twoLeavesNeverShareOneGradient() {
    Tensor a = leaf(1, 2);
    Tensor b = leaf(3, 4);
    a.add(b).backward(vector(5, 6));
    Expect.gradOf(a).add_(100);
    Expect.values(b.grad(), 5, 6);
  }

  @Test
  void aGivenVectorIsNeverTakenOrChanged() {
    Tensor x = leaf(1, 2);
    Tensor v = vector(5, 6);
    x.add(x).backward(v);
    x.add(1).backward(v);
    Expect.values(v, 5, 6);
    assertEquals(0, v.version());
    Expect.values(x.grad(), 15, 18);
    Expect.gradOf(x).add_(1);
    Expect.values(v, 5, 6);
  }

  @Test
  void aGradientBufferedInThreePlacesStaysWhole() {
    Tensor x = leaf(1);
    Tensor y = x.mul(2);
    Tensor z = y.mul(3);
    y.retainGrad();
    z.retainGrad();
    z.add(z).add(y).add(y.mul(z)).sum().backward();
    // f = 2z + y + y z with y = 2, z = 6
    Expect.values(z.grad(), 4);
    Expect.values(y.grad(), 1 + 6 + 3 * 4);
    Expect.values(x.grad(), 38);
    Expect.gradOf(z).mul_(100);
    Expect.values(y.grad(), 19);
    Expect.values(x.grad(), 38);
  }

  @Test
  void broadcastGradientsAreSummedToTheLeafsShape() {
    Tensor a = ones(2, 3).requiresGrad_();
    Tensor b = leaf(1, 2, 3);
    Tensor c = ones(2, 1).requiresGrad_();
    Tensor d = scalarLeaf(2);
    a.mul(b).add(c).mul(d).sum().backward();
    Expect.values(a.grad(), 2, 4, 6, 2, 4, 6);
    Expect.values(b.grad(), 4, 4, 4);
    Expect.values(c.grad(), 6, 6);
    Expect.shape(Expect.gradOf(c), 2, 1);
    Expect.values(d.grad(), 2 * (2 + 3 + 4));
    Expect.shape(Expect.gradOf(d));
  }

  @Test
  void anEmptyBroadcastLeavesZeros() {
    Tensor a = zeros(4, 0).requiresGrad_();
    Tensor b = ones(4, 1).requiresGrad_();
    a.add(b).sum().backward();
    Expect.shape(Expect.gradOf(a), 4, 0);
    Expect.values(b.grad(), 0, 0, 0, 0);
    Expect.shape(Expect.gradOf(b), 4, 1);
  }

  @Test
  void eachLeafGetsItsGradientInItsOwnType() {
    Tensor single = leaf(1, 2);
    Tensor wide = vector(3, 4).to(DType.FLOAT64).requiresGrad_();
    Tensor product = single.mul(wide);
    assertEquals(DType.FLOAT64, product.dtype());
    product.sum().backward();
    assertEquals(DType.FLOAT32, Expect.gradOf(single).dtype());
    assertEquals(DType.FLOAT64, Expect.gradOf(wide).dtype());
    Expect.values(single.grad(), 3, 4);
    Expect.values(wide.grad(), 1, 2);
  }

  @Test
  void castsPassTheGradientBackInTheSourcesType() {
    Tensor x = leaf(1, 2);
    x.to(DType.FLOAT64).mul(2).sum().backward();
    assertEquals(DType.FLOAT32, Expect.gradOf(x).dtype());
    Expect.values(x.grad(), 2, 2);
  }

  @Test
  void anAssignedGradientMustFit() {
    Tensor x = leaf(1, 2);
    Expect.fails(
        ShapeException.class,
        "attempting to assign a gradient of size '[3]' to a tensor of size '[2]'. Please ensure"
            + " that the gradient and the tensor are the same size",
        () -> x.setGrad(ones(3)));
    Expect.fails(
        DTypeException.class,
        "attempting to assign a gradient with dtype 'float64' to a tensor with grad_dtype"
            + " 'float32'.",
        () -> x.setGrad(Tensors.ones(Tensors.shape(2), DType.FLOAT64, device)));
    Expect.fails(GraphException.class, "can't assign Variable as its own grad", () -> x.setGrad(x));
    assertNull(x.grad());
    Tensor given = vector(10, 20);
    x.setGrad(given);
    assertSame(given, x.grad());
    x.mul(2).sum().backward();
    Expect.values(given, 12, 22);
  }

  @Test
  void anExpandedLeafCollectsAFullGradient() {
    Tensor x = scalar(1).expand(3).detach().requiresGrad_();
    x.mul(vector(1, 2, 3)).sum().backward();
    x.mul(2).sum().backward();
    Expect.values(x.grad(), 3, 4, 5);
  }
}
