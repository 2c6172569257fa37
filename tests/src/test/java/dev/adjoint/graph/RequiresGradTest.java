package dev.adjoint.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import java.util.List;
import org.junit.jupiter.api.Test;

/// Who is tracked, who is a leaf, and who may change it.
class RequiresGradTest extends OnEachDevice {

  @Test
  void oneTrackedOperandIsEnough() {
    Tensor x = vector(1, 2);
    Tensor y = vector(3, 4);
    Tensor z = leaf(5, 6);
    Tensor a = x.add(y);
    assertFalse(a.requiresGrad());
    Tensor b = a.add(z);
    assertTrue(b.requiresGrad());
    assertFalse(b.isLeaf());
    b.backward(ones(2));
    Expect.values(z.grad(), 1, 1);
    assertNull(x.grad());
    assertNull(y.grad());
  }

  @Test
  void hooksCannotBePutOnUntrackedTensors() {
    Expect.fails(
        GraphException.class,
        "cannot register a hook on a tensor that doesn't require gradient",
        () -> vector(1).registerHook(g -> g));
  }

  @Test
  void askingReturnsTheTensorItself() {
    Tensor x = vector(1, 2);
    assertSame(x, x.requiresGrad_());
    assertTrue(x.requiresGrad());
    assertSame(x, x.requiresGrad_(false));
    assertFalse(x.requiresGrad());
  }

  @Test
  void askingAComputedTensorChangesNothing() {
    Tensor y = leaf(1, 2).mul(2);
    assertSame(y, y.requiresGrad_());
    assertFalse(y.isLeaf());
    assertTrue(y.requiresGrad());
  }

  @Test
  void aComputedTensorCannotStopAsking() {
    Tensor y = leaf(1, 2).mul(2);
    Expect.fails(
        GraphException.class,
        "you can only change requires_grad flags of leaf variables. If you want to use a computed"
            + " variable in a subgraph that doesn't require differentiation use var_no_grad ="
            + " var.detach().",
        () -> y.requiresGrad_(false));
    assertTrue(y.requiresGrad());
  }

  @Test
  void onlyFloatingTypesMayAsk() {
    for (DType type : List.of(DType.BOOL, DType.UINT8, DType.INT32, DType.INT64)) {
      Tensor t = Tensors.ones(Tensors.shape(2), type, device);
      Expect.fails(
          DTypeException.class,
          "only Tensors of floating point dtype can require gradients",
          t::requiresGrad_);
      assertFalse(t.requiresGrad());
      assertSame(t, t.requiresGrad_(false));
    }
    for (DType type : List.of(DType.FLOAT32, DType.FLOAT64)) {
      assertTrue(Tensors.ones(Tensors.shape(2), type, device).requiresGrad_().requiresGrad());
    }
  }

  @Test
  void integerResultsAreNeverTracked() {
    Tensor x = leaf(1.5, -2.5);
    assertFalse(x.to(DType.INT64).requiresGrad());
    assertFalse(x.gt(0).requiresGrad());
    assertFalse(x.eq(x).requiresGrad());
    assertFalse(x.isnan().requiresGrad());
  }

  @Test
  void anUntrackedBranchIsCutOff() {
    Tensor x = leaf(1, 2);
    Tensor sign = x.gt(1.5).to(DType.FLOAT32);
    x.mul(sign).sum().backward();
    Expect.values(x.grad(), 0, 1);
  }

  @Test
  void aLeafThatStopsAskingDropsTheGradient() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(2).sum();
    x.requiresGrad_(false);
    y.backward();
    assertNull(x.grad());
  }

  @Test
  void untrackedResultsAreLeaves() {
    Tensor y = vector(1, 2).mul(2);
    assertTrue(y.isLeaf());
    assertNull(y.gradFn());
    assertEquals(0, y.outputNr());
  }

  @Test
  void askingAfterAnInPlaceOperationStartsThere() {
    Tensor x = vector(1, 2);
    x.mul_(3);
    x.requiresGrad_();
    x.mul(2).sum().backward();
    assertTrue(x.isLeaf());
    Expect.values(x.grad(), 2, 2);
  }

  @Test
  void writingATrackedValueIntoAnUntrackedTensorTracksIt() {
    Tensor a = vector(1, 2);
    Tensor b = leaf(3, 4);
    a.add_(b);
    assertTrue(a.requiresGrad());
    assertFalse(a.isLeaf());
    a.backward(vector(5, 6));
    Expect.values(b.grad(), 5, 6);
    assertNull(a.grad());
  }

  @Test
  void factoriesDoNotAsk() {
    assertFalse(zeros(2).requiresGrad());
    assertFalse(Tensors.zerosLike(leaf(1, 2)).requiresGrad());
    assertFalse(Tensors.onesLike(leaf(1, 2)).requiresGrad());
  }
}
