package dev.adjoint.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Expect;
import dev.adjoint.GradFn;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.type.GraphException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Seed 1, the transcript that explains autograd node by node: rows 1.1 to 1.11 and 1.14 to 1.16.
class SeedTranscriptTest extends OnEachDevice {

  private Tensor leaf(double value) {
    return tensor(value).requiresGrad_();
  }

  private static GradFn node(Tensor t) {
    GradFn node = t.gradFn();
    assertNotNull(node);
    return node;
  }

  @Test
  void aProductOfUntrackedTensorsIsALeaf() {
    Tensor c = tensor(2.).mul(tensor(3.));
    assertEquals(6, c.item());
    assertFalse(c.requiresGrad());
    assertTrue(c.isLeaf());
    assertNull(c.gradFn());
  }

  @Test
  void aProductWithOneTrackedFactorHasOneNextFunction() {
    Tensor a = leaf(2);
    Tensor c = a.mul(tensor(3.));
    assertTrue(c.requiresGrad());
    assertFalse(c.isLeaf());
    assertEquals("MulBackward0", node(c).name());
    assertEquals("AccumulateGrad 0, -", Expect.next(c.gradFn()));
    assertEquals(0, node(c).nextFunctions().get(1).index());
  }

  @Test
  void onlyTheTrackedFactorCollectsAGradient() {
    Tensor a = leaf(2);
    Tensor b = tensor(3.);
    a.mul(b).backward();
    Expect.values(a.grad(), 3);
    assertNull(b.grad());
  }

  @Test
  void onlyTheUntrackedFactorIsSaved() {
    Tensor a = leaf(2);
    Tensor b = tensor(3.);
    Tensor c = a.mul(b);
    dev.adjoint.Autograd.noGrad(() -> a.add_(1));
    c.backward();
    Expect.values(a.grad(), 3);
  }

  @Test
  void aSecondProductPointsAtTheFirst() {
    Tensor c = leaf(2).mul(leaf(3));
    Tensor d = leaf(4);
    Tensor e = c.mul(d);
    assertEquals(24, e.item());
    assertSame(node(c), node(e).nextFunctions().get(0).function());
    assertEquals("MulBackward0 0, AccumulateGrad 0", Expect.next(e.gradFn()));
    e.backward();
    Expect.values(d.grad(), 6);
    assertNull(c.grad());
  }

  @Test
  void backwardFromTheMiddleReachesItsOwnLeavesOnly() {
    Tensor a = leaf(2);
    Tensor b = leaf(3);
    Tensor c = a.mul(b);
    Tensor d = leaf(4);
    Tensor e = c.mul(d);
    c.backward();
    Expect.values(a.grad(), 3);
    Expect.values(b.grad(), 2);
    assertNull(d.grad());
    assertEquals(24, e.item());
  }

  @Test
  void backwardFromTheEndMultipliesTheGradients() {
    Tensor a = leaf(2);
    Tensor b = leaf(3);
    Tensor c = a.mul(b);
    List<Double> atC = new ArrayList<>();
    c.registerHook(g -> {
      atC.add(g.item());
      return g;
    });
    c.mul(leaf(4)).backward();
    assertEquals(List.of(4.), atC);
    Expect.values(a.grad(), 12);
    Expect.values(b.grad(), 8);
    assertNull(c.grad());
  }

  @Test
  void writingASavedTensorFailsBackward() {
    Tensor c = leaf(2).mul(leaf(3));
    Tensor e = c.mul(leaf(4));
    assertEquals(0, c.version());
    c.add_(1);
    assertEquals(1, c.version());
    Expect.fails(
        GraphException.class,
        "one of the variables needed for gradient computation has been modified by an inplace"
            + " operation: [torch.FloatTensor []], which is output 0 of Add, is at version 1;"
            + " expected version 0 instead.",
        e::backward);
  }

  @Test
  void writingATensorThatASumDidNotSaveIsFine() {
    Tensor a = leaf(2);
    Tensor b = leaf(3);
    Tensor c = a.mul(b);
    Tensor d = leaf(4);
    Tensor e = c.add(d);
    c.add_(1);
    e.backward();
    Expect.values(a.grad(), 3);
    Expect.values(b.grad(), 2);
    Expect.values(d.grad(), 1);
    assertEquals(10, e.item());
    assertEquals(7, c.item());
  }

  @Test
  void unbindGivesThreeOutputsOfOneNode() {
    Tensor a = tensor(new float[] {1, 2, 3}).requiresGrad_();
    List<Tensor> parts = a.unbind();
    for (int i = 0; i < 3; i++) {
      prints("tensor(" + (i + 1) + "., grad_fn=<UnbindBackward0>)", parts.get(i));
      assertEquals(i, parts.get(i).outputNr());
      assertSame(node(parts.get(0)), parts.get(i).gradFn());
    }
    assertEquals("AccumulateGrad 0", Expect.next(parts.get(0).gradFn()));
  }

  @Test
  void theProductOfUnboundPartsGathersItsGradient() {
    Tensor a = tensor(new float[] {1, 2, 3}).requiresGrad_();
    List<Tensor> parts = a.unbind();
    Tensor m = parts.get(0).mul(parts.get(1));
    Tensor e = m.mul(parts.get(2));
    assertEquals(6, e.item());
    assertEquals("UnbindBackward0 0, UnbindBackward0 1", Expect.next(m.gradFn()));
    assertEquals("MulBackward0 0, UnbindBackward0 2", Expect.next(e.gradFn()));
    assertSame(node(m), node(e).nextFunctions().get(0).function());
    e.backward();
    prints("tensor([6., 3., 2.])", a.grad());
  }

  @Test
  void detachSharesTheElementsOutsideTheGraph() {
    Tensor k = leaf(16).mul(5);
    Tensor m = k.detach();
    prints("tensor(80.)", m);
    assertFalse(m.requiresGrad());
    assertTrue(m.isLeaf());
    assertNull(m.gradFn());
    m.add_(1);
    assertEquals(81, k.item());
  }

  @Test
  void theGraphStaysButWhatItSavedIsFreed() {
    Tensor a = leaf(2);
    Tensor c = a.mul(leaf(3));
    c.backward();
    assertEquals("AccumulateGrad 0, AccumulateGrad 0", Expect.next(c.gradFn()));
    assertTrue(c.requiresGrad());
    Expect.fails(
        GraphException.class,
        "Trying to backward through the graph a second time (or directly access saved tensors after"
            + " they have already been freed). Saved intermediate values of the graph are freed"
            + " when you call .backward() or autograd.grad(). Specify retain_graph=True if you need"
            + " to backward through the graph a second time or if you need to access saved tensors"
            + " after calling backward.",
        c::backward);
    Expect.values(a.grad(), 3);
  }

  @Test
  void elementsLeaveAsJavaValues() {
    assertEquals(80.0, leaf(16).mul(5).item());
    assertEquals(7L, tensor(new long[] {7}).itemLong());
    assertEquals(List.of(1., 2.), tensor(new float[] {1, 2}).requiresGrad_().toList());
    assertEquals(
        List.of(List.of(1L, 2L), List.of(3L, 4L)), tensor(new long[][] {{1, 2}, {3, 4}}).toList());
    Tensor tracked = tensor(new float[] {1, 2}).requiresGrad_();
    org.junit.jupiter.api.Assertions.assertArrayEquals(
        new float[] {1, 2}, tracked.detach().toFloatArray());
  }
}
