package dev.adjoint.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.adjoint.Expect;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.type.GraphException;
import org.junit.jupiter.api.Test;

/// Seed 3, the blog on `requires_grad`, `detach` and `detach_`: rows 3.1 to 3.7.
class SeedDetachTest extends OnEachDevice {
  private static final String UNTRACKED =
      "element 0 of tensors does not require grad and does not have a grad_fn";

  private static Tensor polynomial(Tensor x) {
    return x.pow(2).add(x.mul(3)).add(2);
  }

  @Test
  void thePolynomialHasItsGradient() {
    Tensor x = tensor(3.0f).requiresGrad_();
    Tensor y = polynomial(x);
    prints("tensor(20., grad_fn=<AddBackward0>)", y);
    y.backward();
    prints("tensor(9.)", x.grad());
  }

  @Test
  void thePolynomialsGraphIsTheBlogs() {
    Tensor y = polynomial(tensor(3.0f).requiresGrad_());
    assertEquals("AddBackward0 0, -", Expect.next(y.gradFn()));
    var inner = y.gradFn().nextFunctions().get(0).function();
    assertEquals("PowBackward0 0, MulBackward0 0", Expect.next(inner));
    assertEquals("AccumulateGrad 0", Expect.next(inner.nextFunctions().get(0).function()));
    assertEquals("AccumulateGrad 0, -", Expect.next(inner.nextFunctions().get(1).function()));
  }

  @Test
  void withoutAskingThereIsNoGradient() {
    Tensor y = polynomial(tensor(3.0f));
    prints("tensor(20.)", y);
    Expect.fails(GraphException.class, UNTRACKED, y::backward);
  }

  @Test
  void theTwoLeavesPrintTheirDifference() {
    prints("tensor(3.)", tensor(3.0f));
    prints("tensor(3., requires_grad=True)", tensor(3.0f).requiresGrad_());
  }

  @Test
  void trackingPassesOnToResults() {
    Tensor y = polynomial(tensor(3.0f).requiresGrad_());
    prints("tensor(10., grad_fn=<SubBackward0>)", y.add(1).div(2).sub(0.5));
    Tensor plain = polynomial(tensor(3.0f));
    prints("tensor(20.)", plain);
    prints("tensor(10.)", plain.add(1).div(2).sub(0.5));
  }

  @Test
  void detachLeavesTheOriginalInTheGraph() {
    Tensor x = tensor(3.0f).requiresGrad_();
    Tensor y = polynomial(x);
    Tensor z = y.detach();
    prints("tensor(20., grad_fn=<AddBackward0>)", y);
    prints("tensor(20.)", z);
    y.backward();
    prints("tensor(9.)", x.grad());
    Expect.fails(GraphException.class, UNTRACKED, z::backward);
  }

  @Test
  void detachInPlaceTakesTheTensorItselfOut() {
    Tensor y = polynomial(tensor(3.0f).requiresGrad_());
    assertSame(y, y.detach_());
    prints("tensor(20.)", y);
    Expect.fails(GraphException.class, UNTRACKED, y::backward);
  }

  @Test
  void viewsCannotBeDetachedInPlace() {
    Tensor view = tensor(new float[] {1, 2}).select(0, 0);
    Expect.fails(
        GraphException.class, "Can't detach views in-place. Use detach() instead", view::detach_);
  }

  @Test
  void tensorsDoNotAskByDefault() {
    assertFalse(tensor(3.0f).requiresGrad());
  }
}
