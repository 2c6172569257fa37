package dev.adjoint.graph;

import static dev.adjoint.GradOption.RETAIN_GRAPH;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.adjoint.Expect;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.type.GraphException;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Computed tensors that were told to collect their gradient.
class RetainGradTest extends OnEachDevice {

  @Test
  void askingTwiceCollectsOnceAndPassesAddUp() {
    Tensor x = leaf(1, 3);
    Tensor h = x.mul(3);
    Tensor out = h.mul(h).sum();
    h.retainGrad();
    assertSame(h, h.retainGrad());
    assertNull(h.grad());
    out.backward(RETAIN_GRAPH);
    Expect.values(h.grad(), 6, 18);
    out.backward(RETAIN_GRAPH);
    Expect.values(h.grad(), 12, 36);
  }

  @Test
  void itChangesNothingForALeaf() {
    Tensor x = leaf(1, 2);
    x.retainGrad();
    x.mul(x).sum().backward();
    Expect.values(x.grad(), 2, 4);
  }

  @Test
  void withoutItAComputedTensorCollectsNothing() {
    Tensor y = leaf(1, 2).mul(2);
    y.sum().backward();
    assertNull(y.grad());
  }

  @Test
  void untrackedTensorsCannotRetain() {
    Expect.fails(
        GraphException.class,
        "can't retain_grad on Tensor that has requires_grad=False",
        () -> vector(1).retainGrad());
  }

  @Test
  void itFollowsTheTensorThroughInPlaceOperations() {
    Tensor a = leaf(1).clone();
    a.retainGrad();
    a.mul_(2);
    a.sum().backward();
    Expect.values(a.grad(), 1);

    Tensor b = leaf(1).clone();
    b.retainGrad();
    b.mul_(2);
    b.retainGrad();
    b.mul_(2);
    b.retainGrad();
    b.sum().backward();
    Expect.values(b.grad(), 1);
  }

  @Test
  void itFollowsAViewWhoseMemoryIsWritten() {
    Tensor base = leaf(1, 2).clone();
    Tensor view = base.slice(0, 0, 1, 1);
    Tensor view2 = base.slice(0, 1, 2, 1);
    view.retainGrad();
    view2.retainGrad();
    view.mul_(2);
    view.add(view2).sum().backward();
    Expect.values(view.grad(), 1);
    Expect.values(view2.grad(), 1);
  }

  @Test
  void eachOutputOfANodeRetainsItsOwn() {
    Tensor x = leaf(1, 2, 3);
    List<Tensor> parts = x.split(1, 0);
    parts.get(0).retainGrad();
    parts.get(2).retainGrad();
    parts.get(0).mul(5).add(parts.get(2).mul(7)).sum().backward();
    Expect.values(parts.get(0).grad(), 5);
    assertNull(parts.get(1).grad());
    Expect.values(parts.get(2).grad(), 7);
    Expect.values(x.grad(), 5, 0, 7);
  }

  @Test
  void aRootCanRetain() {
    Tensor y = scalarLeaf(2).mul(3);
    y.retainGrad();
    y.backward();
    Expect.values(y.grad(), 1);
  }

  @Test
  void whatIsRetainedIsACopyOfItsOwn() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(1);
    y.retainGrad();
    Tensor v = vector(3, 4);
    y.backward(v);
    Expect.gradOf(y).add_(100);
    Expect.values(v, 3, 4);
    Expect.values(x.grad(), 3, 4);
  }
}
