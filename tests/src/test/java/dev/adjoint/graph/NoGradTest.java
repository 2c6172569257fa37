package dev.adjoint.graph;

import static dev.adjoint.Autograd.enableGrad;
import static dev.adjoint.Autograd.isGradEnabled;
import static dev.adjoint.Autograd.noGrad;
import static dev.adjoint.Autograd.withGrad;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Expect;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.type.GraphException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/// The switch that turns recording off and on.
class NoGradTest extends OnEachDevice {

  @Test
  void resultsAreUntrackedLeaves() {
    Tensor x = leaf(1, 2);
    Tensor y = noGrad(() -> x.mul(2));
    assertFalse(y.requiresGrad());
    assertNull(y.gradFn());
    assertTrue(y.isLeaf());
    Expect.fails(
        GraphException.class,
        "element 0 of tensors does not require grad and does not have a grad_fn",
        () -> y.backward(ones(2)));
  }

  @Test
  void modesNestAndEndWithTheirBody() {
    assertTrue(isGradEnabled());
    noGrad(() -> {
      assertFalse(isGradEnabled());
      enableGrad(() -> assertTrue(isGradEnabled()));
      withGrad(true, () -> assertTrue(isGradEnabled()));
      assertFalse(isGradEnabled());
    });
    withGrad(false, () -> assertFalse(isGradEnabled()));
    assertTrue(isGradEnabled());
  }

  @Test
  void anExceptionEndsTheModeToo() {
    assertThrows(
        ArithmeticException.class,
        () ->
            noGrad(() -> {
              throw new ArithmeticException("thrown by the body");
            }));
    assertTrue(isGradEnabled());
  }

  @Test
  void enableGradRecordsInsideNoGrad() {
    Tensor x = leaf(1, 2);
    Tensor y = noGrad(() -> enableGrad(() -> x.mul(2)));
    assertTrue(y.requiresGrad());
  }

  @Test
  void aNewThreadStartsEnabled() throws InterruptedException {
    AtomicBoolean enabled = new AtomicBoolean();
    Thread[] thread = new Thread[1];
    noGrad(() -> thread[0] = Thread.ofPlatform().start(() -> enabled.set(isGradEnabled())));
    thread[0].join();
    assertTrue(enabled.get());
  }

  @Test
  void askingWorksInsideNoGrad() {
    Tensor x = noGrad(() -> vector(1, 2).requiresGrad_());
    assertTrue(x.requiresGrad());
    x.mul(2).sum().backward();
    Expect.values(x.grad(), 2, 2);
  }

  @Test
  void backwardWorksInsideNoGrad() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(x).sum();
    noGrad((Runnable) y::backward);
    Expect.values(x.grad(), 2, 4);
  }

  @Test
  void parametersMayBeOverwrittenInsideNoGrad() {
    Tensor x = leaf(1, 2);
    x.mul(x).sum().backward();
    noGrad(() -> x.sub_(Expect.gradOf(x).mul(0.5)));
    Expect.values(x, 0, 0);
    assertTrue(x.isLeaf());
    assertTrue(x.requiresGrad());
    assertEquals(1, x.version());
  }

  @Test
  void aWriteInsideNoGradStillInvalidatesWhatWasSaved() {
    Tensor x = leaf(1, 2);
    Tensor y = x.pow(2).sum();
    noGrad(() -> x.zero_());
    Expect.fails(
        GraphException.class,
        "one of the variables needed for gradient computation has been modified by an inplace"
            + " operation: [torch.FloatTensor [2]] is at version 1; expected version 0 instead.",
        y::backward);
  }

  @Test
  void aViewMadeInsideNoGradStaysOutsideTheGraph() {
    Tensor x = leaf(1, 2);
    Tensor view = noGrad(() -> x.select(0, 0));
    assertFalse(view.requiresGrad());
    assertNull(view.gradFn());
  }
}
