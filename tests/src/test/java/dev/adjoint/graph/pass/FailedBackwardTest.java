package dev.adjoint.graph.pass;

import static dev.adjoint.GradOption.RETAIN_GRAPH;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Anomaly;
import dev.adjoint.Autograd;
import dev.adjoint.Expect;
import dev.adjoint.HookHandle;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.type.GraphException;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A backward that fails changes no `.grad`, says where it was, and may be repeated.
class FailedBackwardTest extends OnEachDevice {

  private static HookHandle failAt(Tensor t) {
    return t.registerHook(g -> {
      throw new ArithmeticException("thrown by a hook");
    });
  }

  private static String note(Throwable e) {
    assertEquals(1, e.getSuppressed().length);
    return e.getSuppressed()[0].getMessage();
  }

  /// A root whose pass reaches `early` before the hook that throws.
  private Tensor root(Tensor early, Tensor late) {
    Tensor first = late.mul(2);
    return first.exp().add(early.mul(3)).sum();
  }

  @Test
  void leavesThatHadTheirGradientDoNotCollect() {
    Tensor early = leaf(1, 2);
    Tensor late = leaf(3, 4);
    early.mul(10).sum().backward();
    Tensor z = root(early, late);
    Tensor retained = z.mul(1);
    retained.retainGrad();
    failAt(late);
    ArithmeticException e = assertThrows(ArithmeticException.class, retained::backward);
    Expect.values(early.grad(), 10, 10);
    assertNull(late.grad());
    assertNull(retained.grad());
    assertEquals(
        "backward ended in torch::autograd::AccumulateGrad. No .grad was changed. Nodes that had run gave"
            + " back what they saved; with GradOption.RETAIN_GRAPH the call could be repeated.",
        note(e));
  }

  @Test
  void aRetainedGraphMayBeWalkedAgain() {
    Tensor early = leaf(1, 2);
    Tensor late = leaf(0, 0);
    Tensor z = root(early, late);
    HookHandle hook = failAt(late);
    for (int i = 0; i < 3; i++) {
      assertThrows(ArithmeticException.class, () -> z.backward(RETAIN_GRAPH));
    }
    hook.close();
    z.backward();
    Expect.values(early.grad(), 3, 3);
    Expect.values(late.grad(), 2, 2);
  }

  @Test
  void leavesThatAHookWatchesHaveCollectedAndAreNamed() {
    Tensor early = leaf(1, 2);
    Tensor late = leaf(3, 4);
    early.registerPostAccumulateGradHook(t -> {});
    Tensor z = root(early, late);
    failAt(late);
    ArithmeticException e = assertThrows(ArithmeticException.class, () -> z.backward(RETAIN_GRAPH));
    Expect.values(early.grad(), 3, 3);
    assertTrue(note(e).contains("was changed before: [torch"), note(e));
    assertTrue(note(e).contains("The graph is as it was"), note(e));
  }

  @Test
  void theNodeIsNamedWithItsLineWhileTracing() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(2);
    Tensor z = Autograd.tracing(() -> y.exp().sum());
    y.registerHook(g -> {
      throw new ArithmeticException();
    });
    assertTrue(
        note(assertThrows(ArithmeticException.class, z::backward)).contains("in MulBackward0."));
    Tensor w = Autograd.tracing(() -> x.mul(3));
    failAt(w);
    String note = note(assertThrows(ArithmeticException.class, () -> w.sum().backward()));
    assertTrue(note.contains("MulBackward0 (") && note.contains("FailedBackwardTest"), note);
  }

  @Test
  void anExceptionThatIsThrownAgainDoesNotGrow() {
    Tensor x = scalarLeaf(1);
    ArithmeticException same = new ArithmeticException();
    x.registerHook(g -> {
      throw same;
    });
    for (int i = 0; i < 10; i++) {
      assertThrows(ArithmeticException.class, () -> x.mul(2).backward());
    }
    assertEquals(1, same.getSuppressed().length);
  }

  @Test
  void aFormulaThatFailsSaysSoToo() {
    Tensor x = leaf(1, 2);
    Tensor early = leaf(5, 6);
    Tensor y = x.clone();
    Tensor square = y.mul(y);
    Tensor z = square.add(early).sum();
    y.add_(1);
    GraphException e = assertThrows(GraphException.class, z::backward);
    assertNull(early.grad());
    assertTrue(
        note(e).startsWith("backward ended in MulBackward0. No .grad was changed."), note(e));
  }

  @Test
  void whatAnomalyModeFindsIsNotCollected() {
    Tensor x = leaf(0, 1);
    assertThrows(
        GraphException.class,
        () -> Autograd.detectAnomaly(() -> x.sqrt().sum().backward(), Anomaly.INFINITY));
    assertNull(x.grad());
  }

  @Test
  void anInnerPassThatWentWellStays() {
    Tensor x = scalarLeaf(2);
    Tensor inner = scalarLeaf(3);
    Tensor y = x.mul(5);
    y.registerHook(g -> {
      Autograd.enableGrad(() -> inner.mul(7).backward());
      throw new ArithmeticException();
    });
    assertThrows(ArithmeticException.class, y::backward);
    assertNull(x.grad());
    Expect.values(inner.grad(), 7);
  }

  @Test
  void aLeafThatMovedIntoTheGraphIsRefused() {
    Tensor x = scalarLeaf(2);
    Tensor other = scalarLeaf(5);
    Tensor y = x.mul(3).add(other);
    x.requiresGrad_(false);
    x.mul_(other);
    Expect.fails(
        GraphException.class,
        "leaf variable has been moved into the graph interior",
        () -> y.backward(RETAIN_GRAPH));
    assertNull(other.grad());
    Expect.values(Autograd.grad(List.of(y), List.of(other), null).getFirst(), 1);
  }
}
