package dev.adjoint.graph.view;

import static dev.adjoint.Tensors.noGrad;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Expect;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.type.GraphException;
import org.junit.jupiter.api.Test;

/// What a view may do and where its gradient goes depends on what its base is now: a leaf, detached,
/// expanded, written without recording.
class ViewOriginTest extends OnEachDevice {

  private void viewOfALeaf(Tensor view) {
    int version = (int) view.version();
    Expect.fails(
        GraphException.class,
        "a view of a leaf Variable that requires grad is being used in an in-place operation.",
        () -> view.mul_(2));
    assertEquals(version, view.version());
  }

  @Test
  void aViewThatAsksItselfIsALeafToo() {
    Tensor view = zeros(4).narrow(0, 0, 2);
    view.requiresGrad_();
    viewOfALeaf(view);
    viewOfALeaf(view.narrow(0, 0, 1));
  }

  @Test
  void aBaseThatAskedAfterTheViewWasMadeIsALeafToo() {
    Tensor x = ones(2);
    Tensor view = x.narrow(0, 0, 1);
    x.requiresGrad_();
    viewOfALeaf(view);
  }

  @Test
  void aViewOfABaseThatWasDetachedSinceCannotBeWritten() {
    Tensor x = counting(4).requiresGrad_().clone();
    Tensor view = x.narrow(0, 0, 2);
    x.detach_();
    viewOfALeaf(view);
  }

  @Test
  void aViewOfABaseThatWasDetachedAndWrittenLeadsNowhere() {
    Tensor root = counting(4).requiresGrad_();
    Tensor x = root.clone();
    Tensor view = x.narrow(0, 0, 2);
    x.detach_();
    x.mul_(2);
    assertEquals("AsStridedBackward0", view.gradFn().name());
    view.sum().backward();
    assertNull(root.grad());
  }

  @Test
  void anExpandedViewFollowsItsBaseAndSumsItsGradient() {
    Tensor root = leaf(1, 2);
    Tensor x = root.clone();
    Tensor expanded = x.unsqueeze(0).expand(3, 2);
    x.mul_(2);
    expanded.sum().backward();
    Expect.values(root.grad(), 6, 6);
  }

  @Test
  void aRowOfAnExpandedViewWritesThemAll() {
    Tensor root = leaf(1, 2);
    Tensor x = root.clone();
    Tensor expanded = x.expand(3, 2);
    expanded.select(0, 0).mul_(2);
    Expect.values(expanded.detach(), 2, 4, 2, 4, 2, 4);
    expanded.sum().backward();
    Expect.values(root.grad(), 6, 6);
  }

  @Test
  void aViewWrittenWithoutRecordingReadsItsBasesHistory() {
    Tensor root = leaf(1, 2);
    Tensor x = root.mul(3);
    Tensor view = x.narrow(0, 0, 1);
    noGrad(() -> view.mul_(5));
    assertEquals("AsStridedBackward0", view.gradFn().name());
    assertEquals("MulBackward0", x.gradFn().name());
    view.sum().add(x.sum()).backward();
    Expect.values(root.grad(), 6, 3);
  }

  @Test
  void aLeafViewFollowsATrackedWriteOfItsBase() {
    Tensor x = ones(4);
    Tensor view = x.narrow(0, 0, 2);
    view.requiresGrad_();
    Tensor factor = ones(4).requiresGrad_();
    noGrad(() -> x.mul_(1));
    assertTrue(view.isLeaf());
    x.mul_(factor);
    view.mul(2).sum().backward();
    assertNull(view.grad());
    Expect.values(factor.grad(), 2, 2, 0, 0);
  }
}
