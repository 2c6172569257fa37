package dev.adjoint.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Expect;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.type.GraphException;
import org.junit.jupiter.api.Test;

/// Tensors taken out of the graph, beside themselves or in place.
class DetachTest extends OnEachDevice {

  @Test
  void theFlowStopsAtADetachedTensor() {
    Tensor x = leaf(1, 2);
    Tensor y = x.add(2).mul(4);
    Tensor z = y.detach();
    assertFalse(z.requiresGrad());
    assertNull(z.gradFn());
    Tensor tracked = z.requiresGrad_().add(x);
    tracked.sum().backward();
    Expect.values(x.grad(), 1, 1);
    Expect.values(z.grad(), 1, 1);
  }

  @Test
  void detachInPlaceStopsTheFlowFromThenOn() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(2);
    Tensor before = y.mul(3);
    assertSame(y, y.detach_());
    assertFalse(y.requiresGrad());
    assertTrue(y.isLeaf());
    assertEquals(0, y.outputNr());
    y.requiresGrad_();
    y.mul(5).sum().backward();
    assertNull(x.grad());
    Expect.values(y.grad(), 5, 5);
    before.sum().backward();
    Expect.values(x.grad(), 6, 6);
  }

  @Test
  void viewsCannotBeDetachedInPlace() {
    for (Tensor base : new Tensor[] {leaf(1, 2), vector(1, 2), leaf(1, 2).mul(2)}) {
      Tensor view = base.narrow(0, 0, 1);
      Expect.fails(
          GraphException.class, "Can't detach views in-place. Use detach() instead", view::detach_);
    }
  }

  @Test
  void aDetachedTensorIsNoView() {
    Tensor x = leaf(1, 2);
    Tensor detached = x.narrow(0, 0, 1).detach();
    assertSame(detached, detached.detach_());
  }

  @Test
  void detachingABaseDoesNotDetachItsViews() {
    Tensor x = counting(10).requiresGrad_();
    Tensor view = x.narrow(0, 1, 4);
    x.detach_();
    assertFalse(x.requiresGrad());
    assertTrue(view.requiresGrad());
    assertNotNull(view.gradFn());
  }

  @Test
  void writingADetachedTensorIsSeenAndCountedByTheOriginal() {
    Tensor x = leaf(1, 2);
    Tensor y = x.pow(2).sum();
    Tensor detached = x.detach();
    detached.zero_();
    Expect.values(x, 0, 0);
    assertEquals(1, x.version());
    assertEquals(1, detached.version());
    Expect.fails(
        GraphException.class,
        "one of the variables needed for gradient computation has been modified by an inplace"
            + " operation: [torch.FloatTensor [2]] is at version 1; expected version 0 instead.",
        y::backward);
  }

  @Test
  void aSavedTensorThatWasDetachedInPlaceIsRefused() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(2);
    Tensor z = y.pow(2).sum();
    y.detach_();
    Expect.fails(
        GraphException.class,
        "Trying to use a saved tensor that has been detached in-place, i.e. with .detach_().This is"
            + " not supported, please use out-of-place `.detach()` instead",
        z::backward);
  }

  @Test
  void detachOfAnUntrackedTensorSharesItsElements() {
    Tensor x = vector(1, 2);
    x.detach().add_(1);
    Expect.values(x, 2, 3);
  }

  @Test
  void aCloneSharesNothing() {
    Tensor x = leaf(1, 2);
    Tensor copy = x.clone();
    assertEquals("CloneBackward0", copy.gradFn().name());
    copy.add_(1);
    Expect.values(x, 1, 2);
    assertEquals(0, x.version());
    copy.sum().backward();
    Expect.values(x.grad(), 1, 1);
  }
}
