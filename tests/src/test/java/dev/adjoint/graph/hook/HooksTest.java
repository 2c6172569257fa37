package dev.adjoint.graph.hook;

import static dev.adjoint.GradOption.CREATE_GRAPH;
import static dev.adjoint.GradOption.RETAIN_GRAPH;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.adjoint.Autograd;
import dev.adjoint.Expect;
import dev.adjoint.HookHandle;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.type.DType;
import dev.adjoint.type.GraphException;
import dev.adjoint.type.ShapeException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// Functions that see gradients on their way, and may replace them.
class HooksTest extends OnEachDevice {
  private final List<String> seen = new ArrayList<>();

  private UnaryOperator<Tensor> note(String name) {
    return g -> {
      seen.add(name + " " + g.sum().item());
      return null;
    };
  }

  private UnaryOperator<Tensor> times(double factor) {
    return g -> g.mul(factor);
  }

  @Test
  void aHookRunsOncePerPassUntilItIsTakenAway() {
    Tensor x = leaf(1, 1);
    Tensor y = x.mul(2);
    HookHandle handle = y.registerHook(note("y"));
    Tensor z = y.sum();
    z.backward(RETAIN_GRAPH);
    z.backward(RETAIN_GRAPH);
    assertEquals(List.of("y 2.0", "y 2.0"), seen);
    handle.close();
    handle.close();
    z.backward();
    assertEquals(2, seen.size());
  }

  @Test
  void whatAHookReturnsGoesOn() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(3);
    y.registerHook(times(10));
    y.sum().backward();
    Expect.values(x.grad(), 30, 30);
  }

  @Test
  void hooksRunInOrderAndSeeWhatTheOneBeforeReturned() {
    Tensor x = scalarLeaf(1);
    Tensor y = x.mul(1);
    y.registerHook(note("first"));
    y.registerHook(times(2));
    y.registerHook(note("second"));
    y.registerHook(times(5));
    y.registerHook(note("third"));
    y.backward();
    assertEquals(List.of("first 1.0", "second 2.0", "third 10.0"), seen);
    Expect.values(x.grad(), 10);
  }

  @Test
  void aHookThatReturnsNullChangesNothing() {
    Tensor x = leaf(1, 2);
    x.mul(2).registerHook(g -> null);
    Tensor y = x.mul(2);
    y.registerHook(g -> null);
    y.sum().backward();
    Expect.values(x.grad(), 2, 2);
  }

  @Test
  void aLeafsHookSeesTheTotalOnce() {
    Tensor x = scalarLeaf(1);
    x.registerHook(note("x"));
    x.mul(2).add(x.mul(3)).backward();
    assertEquals(List.of("x 5.0"), seen);
  }

  @Test
  void aLeafsHookChangesWhatIsCollected() {
    Tensor x = scalarLeaf(1);
    x.registerHook(times(2));
    x.mul(3).backward();
    x.mul(3).backward();
    Expect.values(x.grad(), 12);
  }

  @Test
  void hooksOfOtherOutputsOfANodeDoNotRun() {
    Tensor x = leaf(1, 2, 3);
    List<Tensor> parts = x.unbind();
    parts.get(0).registerHook(note("first"));
    for (int i = 0; i < 3; i++) {
      parts.get(i).backward();
      assertEquals(1, seen.size());
      assertNull(parts.get(i).grad());
    }
    Expect.values(x.grad(), 1, 1, 1);
  }

  @Test
  void retainedGradientsAreTakenAfterAllHooks() {
    Tensor a = scalarLeaf(1).clone();
    a.registerHook(times(2));
    a.retainGrad();
    a.registerHook(times(2));
    a.clone().backward();
    Expect.values(a.grad(), 4);

    Tensor b = scalarLeaf(1).clone();
    b.retainGrad();
    b.registerHook(times(2));
    b.clone().backward();
    Expect.values(b.grad(), 2);
  }

  @Test
  void hooksStayWithTheValueTheyWerePutOn() {
    Tensor x = scalarLeaf(1);
    Tensor y = x.clone();
    y.registerHook(note("before"));
    y.mul_(3);
    y.registerHook(note("after"));
    y.backward();
    assertEquals(List.of("after 1.0", "before 3.0"), seen);
    Expect.values(x.grad(), 3);
  }

  @Test
  void hooksRunWithoutRecordingUnlessTheGraphIsCreated() {
    Tensor x = scalarLeaf(2);
    Tensor y = x.mul(x);
    List<Boolean> recording = new ArrayList<>();
    y.registerHook(g -> {
      recording.add(Autograd.isGradEnabled());
      return null;
    });
    y.backward(RETAIN_GRAPH);
    y.backward(CREATE_GRAPH);
    assertEquals(List.of(false, true), recording);
  }

  @Test
  void aRecordedHookIsDifferentiated() {
    Tensor x = scalarLeaf(3);
    Tensor y = x.mul(1);
    y.registerHook(g -> g.mul(x));
    Tensor first = Autograd.grad(y.mul(y), x, CREATE_GRAPH);
    // 2y, made 2yx by the hook; back through y the hook runs again, then x is added: 2x·x + 2y
    Expect.values(first, 18);
    Expect.values(Autograd.grad(first, x), 24);
  }

  @Test
  void gradientsThatAHookKeptStayReadable() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(3);
    List<Tensor> kept = new ArrayList<>();
    y.registerHook(g -> {
      kept.add(g);
      kept.add(g.mul(2));
      return null;
    });
    y.mul(vector(5, 7)).sum().backward();
    Expect.values(kept.get(0), 5, 7);
    Expect.values(kept.get(1), 10, 14);
  }

  @Test
  void askingForOneGradientRunsItsHooksAndNoOthers() {
    Tensor a = scalarLeaf(2);
    Tensor b = scalarLeaf(3);
    Tensor c = a.mul(b);
    Tensor d = c.mul(2);
    a.registerHook(note("a"));
    b.registerHook(note("b"));
    c.registerHook(note("c"));
    Autograd.grad(d, a, RETAIN_GRAPH);
    assertEquals(List.of("c 2.0", "a 6.0"), seen);
    seen.clear();
    Autograd.grad(d, c);
    assertEquals(List.of("c 2.0"), seen);
  }

  @Test
  void whatAHookReturnsIsWhatGradYields() {
    Tensor a = scalarLeaf(2);
    a.registerHook(times(10));
    Expect.values(Autograd.grad(a.mul(3), a), 30);
  }

  @Test
  void aHookMayTakeItselfAway() {
    Tensor x = scalarLeaf(1);
    HookHandle[] handle = new HookHandle[1];
    handle[0] =
        x.registerHook(g -> {
          handle[0].close();
          seen.add("once");
          return null;
        });
    x.mul(2).backward();
    x.mul(2).backward();
    assertEquals(List.of("once"), seen);
  }

  @Test
  void aHookMustKeepShapeAndType() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(2);
    y.registerHook(Tensor::sum);
    Expect.fails(
        ShapeException.class, "hook has changed the size of value", () -> y.sum().backward());
    Tensor z = x.mul(2);
    z.registerHook(g -> g.to(DType.FLOAT64));
    Expect.fails(
        GraphException.class,
        "hook has changed the type of value (was torch.FloatTensor got torch.DoubleTensor)",
        () -> z.sum().backward());
    assertNull(x.grad());
  }

  @Test
  void aHookOnTheRootSeesTheGivenVector() {
    Tensor y = leaf(1, 2).mul(2);
    y.registerHook(note("y"));
    y.backward(vector(3, 4));
    assertEquals(List.of("y 7.0"), seen);
  }

  @Test
  void aBackwardInsideAHookRuns() {
    Tensor x = scalarLeaf(2);
    Tensor inner = scalarLeaf(5);
    Tensor y = x.mul(3);
    y.registerHook(g -> {
      Autograd.enableGrad(() -> inner.mul(inner).backward());
      return null;
    });
    y.backward();
    Expect.values(inner.grad(), 10);
    Expect.values(x.grad(), 3);
  }
}
