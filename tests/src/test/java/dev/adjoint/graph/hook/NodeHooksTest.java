package dev.adjoint.graph.hook;

import static dev.adjoint.GradOption.RETAIN_GRAPH;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Autograd;
import dev.adjoint.Expect;
import dev.adjoint.GradFn;
import dev.adjoint.HookHandle;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.type.DType;
import dev.adjoint.type.GraphException;
import dev.adjoint.type.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// Functions called before and after a node's formula.
class NodeHooksTest extends OnEachDevice {
  private final List<Object> log = new ArrayList<>();

  private UnaryOperator<Tensor> first() {
    return g -> {
      log.add(1);
      return g.mul(3);
    };
  }

  private UnaryOperator<List<Tensor>> second() {
    return gradients -> {
      log.add(2);
      return gradients.stream().map(g -> g.mul(2)).toList();
    };
  }

  private static GradFn accumulator(Tensor made) {
    return made.gradFn().nextFunctions().getFirst().function();
  }

  private static List<Object> values(List<Tensor> tensors) {
    return new ArrayList<>(
        tensors.stream().map(t -> t == null ? null : (Object) t.sum().item()).toList());
  }

  @Test
  void hooksOfTensorsRunBeforeThoseOfTheirNodeAndRetainedGradientsBetween() {
    Tensor a = scalarLeaf(1);
    Tensor b = a.clone();
    b.gradFn().registerPrehook(second());
    b.registerHook(first());
    b.gradFn().registerPrehook(second());
    a.registerHook(first());
    accumulator(b).registerPrehook(second());
    a.registerHook(first());
    b.retainGrad();
    b.backward(RETAIN_GRAPH);
    assertEquals(List.of(1, 2, 2, 1, 1, 2), log);
    Expect.values(b.grad(), 3);
    Expect.values(a.grad(), 216);

    log.clear();
    Expect.values(Autograd.grad(b.mul(5), a, RETAIN_GRAPH), 540);
    assertEquals(List.of(1, 2, 2, 1, 1), log);

    log.clear();
    a.setGrad(null);
    b.setGrad(null);
    Autograd.backward(List.of(b), null, List.of(b, a));
    assertEquals(List.of(1, 2, 2, 1, 1, 2), log);
    Expect.values(b.grad(), 3);
    Expect.values(a.grad(), 216);
  }

  @Test
  void aHookAfterTheFormulaSeesWhatItWasGivenAndWhatItMade() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(vector(3, 4));
    y.gradFn()
        .registerHook((made, given) -> {
          log.add(values(made));
          log.add(values(given));
          return Arrays.asList(made.getFirst().mul(10), null);
        });
    y.sum().backward();
    assertEquals(List.of(Arrays.asList(7.0, null), List.of(2.0)), log);
    Expect.values(x.grad(), 30, 40);
  }

  @Test
  void eachHookSeesWhatTheOneBeforeReturned() {
    Tensor x = scalarLeaf(1);
    Tensor y = x.mul(2);
    y.gradFn().registerHook((made, given) -> Arrays.asList(made.getFirst().mul(5), null));
    y.gradFn()
        .registerHook((made, given) -> {
          log.add(values(made));
          return null;
        });
    y.backward();
    assertEquals(List.of(Arrays.asList(10.0, null)), log);
    Expect.values(x.grad(), 10);
  }

  @Test
  void anAccumulatorHasNoInputsAndTheLeafHasCollected() {
    Tensor x = leaf(1, 2);
    x.registerHook(g -> g.mul(2));
    Tensor y = x.mul(1);
    accumulator(y)
        .registerHook((made, given) -> {
          log.add(made.size());
          log.add(values(given));
          log.add(x.grad().sum().item());
          return null;
        });
    y.sum().backward();
    assertEquals(List.of(0, List.of(4.0), 4.0), log);
  }

  @Test
  void outputsOfOneNodeAreGivenTogetherNullWhereThereIsNone() {
    Tensor x = leaf(1, 2, 3);
    List<Tensor> parts = x.unbind();
    parts
        .get(0)
        .gradFn()
        .registerPrehook(given -> {
          log.add(values(given));
          return null;
        });
    parts.get(0).add(parts.get(2).mul(7)).backward();
    assertEquals(List.of(Arrays.asList(1.0, null, 7.0)), log);
    Expect.values(x.grad(), 1, 0, 7);
  }

  @Test
  void noGradientStopsTheFlow() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(x);
    HookHandle hook = y.gradFn().registerPrehook(given -> Arrays.asList((Tensor) null));
    y.sum().backward(RETAIN_GRAPH);
    assertNull(x.grad());
    hook.close();
    y.gradFn().registerHook((made, given) -> Arrays.asList(null, made.get(1)));
    y.sum().backward();
    Expect.values(x.grad(), 1, 2);
  }

  @Test
  void whatAHookReturnsMustFit() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(vector(3, 4)).sum();
    GradFn mul = y.gradFn().nextFunctions().getFirst().function();
    HookHandle hook = mul.registerHook((made, given) -> List.of(made.getFirst()));
    Expect.fails(
        GraphException.class,
        "hook has returned an incorrect number of values (got 1, but expected 2)",
        () -> y.backward(RETAIN_GRAPH));
    hook.close();
    hook = mul.registerHook((made, given) -> List.of(made.getFirst(), made.getFirst()));
    Expect.fails(
        GraphException.class,
        "can't replace a None gradient with a non-None value",
        () -> y.backward(RETAIN_GRAPH));
    hook.close();
    hook = mul.registerPrehook(given -> List.of(given.getFirst().sum()));
    Expect.fails(
        ShapeException.class, "hook has changed the size of value", () -> y.backward(RETAIN_GRAPH));
    hook.close();
    hook = mul.registerPrehook(given -> List.of(given.getFirst().to(DType.FLOAT64)));
    Expect.fails(
        GraphException.class,
        "hook has changed the type of value (was torch.FloatTensor got torch.DoubleTensor)",
        () -> y.backward(RETAIN_GRAPH));
    hook.close();
    assertNull(x.grad());
    y.backward();
    Expect.values(x.grad(), 3, 4);
  }

  @Test
  void hooksMayTakeThemselvesAwayWhileTheyRun() {
    Tensor x = scalarLeaf(1);
    Tensor y = x.mul(2);
    HookHandle[] handles = new HookHandle[2];
    handles[0] =
        y.gradFn()
            .registerPrehook(given -> {
              log.add("before");
              handles[0].close();
              return null;
            });
    handles[1] =
        y.gradFn()
            .registerHook((made, given) -> {
              log.add("after");
              handles[1].close();
              return null;
            });
    y.backward(RETAIN_GRAPH);
    y.backward();
    handles[0].close();
    assertEquals(List.of("before", "after"), log);
  }

  @Test
  void whatTheyWereGivenStaysReadable() {
    Tensor x = leaf(1, 2);
    Tensor y = x.neg();
    List<Tensor> kept = new ArrayList<>();
    y.gradFn()
        .registerHook((made, given) -> {
          kept.addAll(made);
          kept.addAll(given);
          return null;
        });
    y.mul(vector(5, 7)).sum().backward();
    Expect.values(kept.get(0), -5, -7);
    Expect.values(kept.get(1), 5, 7);
  }

  @Test
  void withRecordingTheyAreDifferentiated() {
    Tensor x = scalarLeaf(3);
    Tensor y = x.mul(x);
    y.gradFn().registerPrehook(given -> List.of(given.getFirst().mul(x)));
    // 1, made x, times 2x
    Tensor first = Autograd.grad(y, x, dev.adjoint.GradOption.CREATE_GRAPH);
    Expect.values(first, 18);
    assertTrue(first.requiresGrad());
    Expect.values(Autograd.grad(first, x), 12);
  }
}
