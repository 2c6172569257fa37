package dev.adjoint.graph.hook;

import static dev.adjoint.GradOption.RETAIN_GRAPH;
import static dev.adjoint.Tensors.noGrad;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.adjoint.Autograd;
import dev.adjoint.Expect;
import dev.adjoint.HookHandle;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.optim.SGD;
import dev.adjoint.type.GraphException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Functions called with a leaf that has just collected.
class PostAccumulateHooksTest extends OnEachDevice {
  private final List<String> log = new ArrayList<>();

  @Test
  void theyRunAfterTheLeafHasCollectedAndBeforeHooksAfterItsNode() {
    Tensor x = leaf(1, 1);
    Tensor y = x.mul(1);
    var accumulator = y.gradFn().nextFunctions().getFirst().function();
    x.registerHook(g -> g.sub(2));
    accumulator.registerPrehook(given -> List.of(given.getFirst().div(5)));
    x.registerPostAccumulateGradHook(leaf -> {
      assertSame(x, leaf);
      log.add("collected " + leaf.grad().sum().item());
      leaf.grad().add_(0.5);
    });
    accumulator.registerHook((made, given) -> {
      log.add("after " + x.grad());
      return null;
    });
    y.sum().backward();
    assertEquals(2, log.size());
    assertEquals("collected -0.4", log.getFirst().substring(0, 14));
    Expect.values(x.grad(), 0.3f, 0.3f);
  }

  @Test
  void severalRunInOrderUntilTheyAreTakenAway() {
    Tensor x = scalarLeaf(1);
    HookHandle first = x.registerPostAccumulateGradHook(t -> log.add("first"));
    x.registerPostAccumulateGradHook(t -> log.add("second"));
    Tensor y = x.mul(2);
    y.backward(RETAIN_GRAPH);
    first.close();
    y.backward();
    assertEquals(List.of("first", "second", "second"), log);
    Expect.values(x.grad(), 4);
  }

  @Test
  void anOptimiserMayStepInThem() {
    Tensor x = leaf(1, 2);
    Tensor w = leaf(3, 4);
    for (Tensor p : List.of(x, w)) {
      SGD sgd = new SGD(List.of(p), 0.5);
      p.registerPostAccumulateGradHook(leaf -> {
        sgd.step();
        sgd.zeroGrad();
      });
    }
    x.mul(2).add(w.mul(3)).sum().backward();
    Expect.values(x, 0, 1);
    Expect.values(w, 1.5, 2.5);
    assertNull(x.grad());
    assertNull(w.grad());
  }

  @Test
  void onlyPassesThatCollectRunThem() {
    Tensor x = scalarLeaf(2);
    Tensor w = scalarLeaf(3);
    x.registerPostAccumulateGradHook(t -> log.add("x"));
    Autograd.grad(x.mul(w), x);
    Autograd.backward(List.of(x.mul(w)), null, List.of(w));
    assertEquals(List.of(), log);
    x.mul(w).backward();
    assertEquals(List.of("x"), log);
  }

  @Test
  void theyAreForLeavesThatRequireAGradient() {
    Tensor x = scalarLeaf(1);
    Expect.fails(
        GraphException.class,
        "post accumulate grad hooks cannot be registered on non-leaf tensors",
        () -> x.mul(2).registerPostAccumulateGradHook(t -> {}));
    Expect.fails(
        GraphException.class,
        "cannot register a hook on a tensor that doesn't require gradient",
        () -> scalar(1).registerPostAccumulateGradHook(t -> {}));
  }

  @Test
  void aLeafThatWasDetachedInPlaceKeepsItsHooks() {
    Tensor x = scalarLeaf(1);
    x.registerHook(g -> {
      log.add("gradient");
      return null;
    });
    x.registerPostAccumulateGradHook(t -> log.add("collected"));
    x.detach_();
    noGrad(() -> x.add_(1));
    x.requiresGrad_();
    x.mul(2).backward();
    assertEquals(List.of("gradient", "collected"), log);
  }
}
