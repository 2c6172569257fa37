package dev.adjoint.graph.view;

import static dev.adjoint.Tensors.noGrad;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Autograd;
import dev.adjoint.Expect;
import dev.adjoint.GradOption;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.type.GraphException;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Writes through views: the base and every other view follow.
class ViewInPlaceTest extends OnEachDevice {
  private static final String NO_GRAD_VIEW =
      "A view was created in no_grad mode and is being modified inplace with grad mode enabled."
          + " Given that this use case is ambiguous and error-prone, it is forbidden. You can"
          + " clarify your code by moving both the view and the inplace either both inside the"
          + " no_grad block (if you don't want the inplace to be tracked) or both outside (if you"
          + " want the inplace to be tracked).";

  private Tensor root(long... sizes) {
    return counting(sizes).requiresGrad_();
  }

  @Test
  void theBasesGradientGoesThroughTheWrite() {
    Tensor root = root(2, 2);
    Tensor x = root.clone();
    x.narrow(0, 0, 1).mul_(2);
    assertEquals("CopySlices", x.gradFn().name());
    x.sum().backward();
    Expect.values(root.grad(), 2, 2, 1, 1);
  }

  @Test
  void anotherViewOfTheSamePlacesFollows() {
    Tensor root = root(2, 2);
    Tensor x = root.clone();
    Tensor first = x.narrow(0, 0, 1);
    Tensor second = x.narrow(0, 0, 1);
    first.mul_(2);
    second.sum().backward();
    Expect.values(root.grad(), 2, 2, 0, 0);
  }

  @Test
  void aViewOfAViewWritesItsPartOfTheBase() {
    Tensor root = root(2, 2);
    Tensor x = root.clone();
    x.narrow(0, 0, 1).narrow(1, 1, 1).mul_(2);
    x.sum().backward();
    Expect.values(root.grad(), 1, 2, 1, 1);
  }

  @Test
  void writingTheBaseMakesAnOlderViewTracked() {
    Tensor r = leaf(3);
    Tensor x = ones(5);
    Tensor view = x.select(0, 1);
    assertFalse(view.requiresGrad());
    assertNull(view.gradFn());
    x.add_(r);
    assertTrue(view.requiresGrad());
    view.mul(7).backward();
    Expect.values(r.grad(), 7);
  }

  @Test
  void copyingIntoTheBaseMakesAnOlderViewTracked() {
    Tensor source = leaf(3, 4);
    Tensor x = zeros(2);
    Tensor view = x.select(0, 1);
    x.copy_(source);
    assertEquals("AsStridedBackward0", view.gradFn().name());
    view.backward();
    Expect.values(source.grad(), 0, 1);
  }

  @Test
  void writingAViewMakesTheBaseTracked() {
    Tensor b = ones(4, 2).requiresGrad_();
    Tensor x = counting(4, 4);
    assertFalse(x.requiresGrad());
    x.narrow(1, 2, 2).mul_(b);
    assertTrue(x.requiresGrad());
    x.sum().backward();
    Expect.values(b.grad(), 2, 3, 6, 7, 10, 11, 14, 15);
  }

  @Test
  void assigningToAPlaceRoutesItsGradientToTheValue() {
    Tensor x = zeros(3);
    Tensor value = scalarLeaf(5);
    x.select(0, 1).copy_(value);
    Expect.values(x, 0, 5, 0);
    assertEquals("CopySlices", x.gradFn().name());
    x.mul(vector(1, 2, 3)).sum().backward();
    Expect.values(value.grad(), 2);
  }

  @Test
  void assigningAConstantCutsTheGradientThere() {
    Tensor x = leaf(1, 2, 3);
    Tensor y = x.mul(2);
    y.select(0, 1).fill_(9);
    y.sum().backward();
    Expect.values(x.grad(), 2, 0, 2);
  }

  @Test
  void theGradientOfTheFactorAloneArrives() {
    Tensor a = vector(2, 5);
    Tensor b = leaf(3);
    a.narrow(0, 1, 1).mul_(b).sum().backward();
    Expect.values(b.grad(), 5);
    assertNull(a.grad());
  }

  @Test
  void overlappingWritesOneAfterTheOtherBothCount() {
    Tensor root = root(4, 4);
    Tensor b = ones(2, 2).mul(3).detach().requiresGrad_();
    Tensor x = root.clone();
    x.narrow(1, 2, 2).narrow(0, 1, 2).mul_(b);
    x.narrow(1, 1, 2).narrow(0, 1, 2).mul_(b);
    x.sum().backward();
    Expect.values(root.grad(), 1, 1, 1, 1, 1, 3, 9, 3, 1, 3, 9, 3, 1, 1, 1, 1);
    // b meets (6, 7, 10, 11), then (5, 3·6, 9, 3·10), and is itself in the second pair
    Expect.values(b.grad(), 5 + 3 * 6, 7 + 18, 9 + 3 * 10, 11 + 30);
  }

  @Test
  void aTransposedBaseIsWrittenInItsOwnPlaces() {
    Tensor root = counting(2, 3).t().detach().requiresGrad_();
    Tensor x = root.clone();
    x.narrow(0, 0, 1).narrow(1, 1, 1).mul_(2);
    x.sum().backward();
    Expect.values(root.grad(), 1, 2, 1, 1, 1, 1);
  }

  @Test
  void aViewMadeWithoutRecordingCannotBeWrittenWithIt() {
    Tensor x = root(2).clone();
    Tensor view = noGrad(() -> x.view(1, 2));
    Expect.fails(GraphException.class, NO_GRAD_VIEW, () -> view.mul_(2));
    Tensor again = view.view(2);
    Expect.fails(
        GraphException.class,
        "Output 0 of View is a view of a view which was created in no_grad mode and is being modified"
            + " inplace with grad mode enabled. Given that",
        () -> again.mul_(2));
    Tensor both = noGrad(() -> x.view(1, 2).view(2));
    Expect.fails(GraphException.class, NO_GRAD_VIEW, () -> both.mul_(2));
    Tensor plain = zeros(2);
    Tensor plainView = noGrad(() -> plain.view(1, 2)).view(2);
    Tensor p = leaf(1, 2);
    Expect.fails(GraphException.class, NO_GRAD_VIEW, () -> plainView.add_(p));
    plainView.add_(1);
    Expect.values(plain, 1, 1);
  }

  @Test
  void withoutRecordingEveryViewMayBeWritten() {
    Tensor x = root(2, 2).clone();
    Tensor single = x.select(0, 0);
    Tensor multiple = x.unbind().get(1);
    noGrad(() -> {
      single.mul_(2);
      multiple.mul_(2);
      x.view(4).mul_(2);
    });
    Expect.values(x.detach(), 0, 4, 8, 12);
  }

  @Test
  void aNodeMadeAnewInsideNoGradIsStillThere() {
    Tensor a = ones(3, 1).requiresGrad_();
    Tensor b = a.mul(2);
    Tensor c = b.view(3, 1);
    c.select(0, 0).select(0, 0).fill_(3);
    noGrad(() -> assertEquals("AsStridedBackward0", c.gradFn().name()));
    c.sum().backward();
    Expect.values(a.grad(), 0, 2, 2);
  }

  @Test
  void aResultSavedByAWriteThroughAViewIsRead() {
    Tensor root = leaf(-1, 2, 3);
    Tensor x = root.clone();
    x.narrow(0, 0, 2).relu_();
    Expect.values(x, 0, 2, 3);
    x.sum().backward();
    Expect.values(root.grad(), 0, 1, 1);
  }

  @Test
  void aWrittenViewKeepsItsNodeWhenItIsDropped() {
    Tensor a = counting(10).requiresGrad_();
    Tensor b = a.narrow(0, 0, 2).clone().view(-1);
    b.relu_();
    Tensor c = b.clone();
    b.close();
    Tensor s = c.sum();
    s.backward();
    assertEquals(1, s.item());
  }

  @Test
  void theErrorComesAtTheWriteNotInBackward() {
    Tensor x = zeros(1).requiresGrad_();
    Tensor y = x.view(1);
    Expect.fails(
        GraphException.class,
        "a view of a leaf Variable that requires grad is being used in an in-place operation.",
        () -> y.add_(1));
    assertEquals(0, x.version());
  }

  @Test
  void aViewOfAWrittenBaseIsWrittenAgain() {
    Tensor root = leaf(1, 2, 3, 4);
    Tensor x = root.clone();
    Tensor view = x.view(2, 2);
    view.mul_(2);
    x.narrow(0, 0, 2).mul_(3);
    view.select(0, 1).mul_(5);
    x.sum().backward();
    Expect.values(root.grad(), 6, 6, 10, 10);
  }

  @Test
  void theViewsOwnNodePassesGradientToTheWholeBase() {
    Tensor root = leaf(1, 2, 3, 4);
    Tensor x = root.clone();
    Tensor view = x.narrow(0, 1, 2);
    view.pow_(2);
    view.mul(vector(10, 100)).sum().backward();
    Expect.values(root.grad(), 0, 40, 600, 0);
  }

  @Test
  void aWriteThroughAViewIsDifferentiatedTwice() {
    Tensor x = leaf(1, 2);
    Tensor y = x.add(1).view(1, 2).relu_().sigmoid();
    Tensor first =
        Autograd.grad(List.of(y), List.of(x), List.of(ones(1, 2)), GradOption.CREATE_GRAPH)
            .getFirst();
    first.sum().backward();
    // s(1 - s)(1 - 2s) at 2 and 3
    Expect.close(x.grad(), 1e-5, -0.0799625, -0.0408917);
  }
}
