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
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Seed 1's last example, solved for its five inputs: rows 1.12 and 1.13.
class SeedTranscriptGraphTest extends OnEachDevice {
  private Tensor a;
  private Tensor b;
  private Tensor c;
  private Tensor d;
  private Tensor e;
  private Tensor f;
  private Tensor g;
  private Tensor h;
  private Tensor i;
  private Tensor j;
  private Tensor k;

  @BeforeEach
  void graph() {
    a = tensor(2.);
    b = tensor(2.);
    c = a.mul(b).requiresGrad_();
    d = tensor(2.);
    e = c.mul(d);
    f = tensor(2.);
    g = e.mul(f);
    h = tensor(2.).requiresGrad_();
    i = g.div(h);
    j = i.add(h);
    k = j.mul(i);
  }

  private static GradFn next(Tensor t, int index) {
    GradFn node = t.gradFn();
    assertNotNull(node);
    GradFn function = node.nextFunctions().get(index).function();
    assertNotNull(function);
    return function;
  }

  @Test
  void forwardValuesAreTheTranscripts() {
    double[] values = {2, 2, 4, 2, 8, 2, 16, 2, 8, 10, 80};
    List<Tensor> tensors = List.of(a, b, c, d, e, f, g, h, i, j, k);
    for (int n = 0; n < values.length; n++) {
      assertEquals(values[n], tensors.get(n).item());
    }
  }

  @Test
  void onlyTheTwoActiveLeavesCollectGradients() {
    k.backward();
    Expect.values(c.grad(), 36);
    Expect.values(h.grad(), -64);
    for (Tensor t : List.of(a, b, d, f, e, g, i, j, k)) {
      assertNull(t.grad());
    }
  }

  @Test
  void retainGradShowsTheGradientsInBetween() {
    List.of(j, i, g, e).forEach(Tensor::retainGrad);
    k.backward();
    Expect.values(j.grad(), 8);
    Expect.values(i.grad(), 18);
    Expect.values(g.grad(), 9);
    Expect.values(e.grad(), 18);
    Expect.values(c.grad(), 36);
    Expect.values(h.grad(), -64);
  }

  @Test
  void oneRetainedIntermediateSumsBothWays() {
    i.retainGrad();
    k.backward();
    Expect.values(i.grad(), 18);
    assertNull(j.grad());
  }

  @Test
  void theGraphIsTheTranscripts() {
    assertEquals("AddBackward0 0, DivBackward0 0", Expect.next(k.gradFn()));
    assertEquals("DivBackward0 0, AccumulateGrad 0", Expect.next(j.gradFn()));
    assertEquals("MulBackward0 0, AccumulateGrad 0", Expect.next(i.gradFn()));
    assertEquals("MulBackward0 0, -", Expect.next(g.gradFn()));
    assertEquals("AccumulateGrad 0, -", Expect.next(e.gradFn()));
    assertEquals("MulBackward0", k.gradFn().name());
    assertSame(next(j, 1), next(i, 1), "one accumulator for h");
    assertSame(i.gradFn(), next(j, 0));
    assertSame(i.gradFn(), next(k, 1));
  }

  @Test
  void theFourYellowTensorsAreLeavesWithoutGradient() {
    for (Tensor leaf : List.of(a, b, d, f)) {
      assertTrue(leaf.isLeaf());
      assertFalse(leaf.requiresGrad());
    }
    assertTrue(c.isLeaf());
    assertTrue(c.requiresGrad());
  }
}
