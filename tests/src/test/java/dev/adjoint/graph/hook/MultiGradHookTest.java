package dev.adjoint.graph.hook;

import static dev.adjoint.GradOption.RETAIN_GRAPH;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adjoint.Autograd;
import dev.adjoint.Expect;
import dev.adjoint.HookHandle;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.type.GraphException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/// One function for the gradients of several tensors.
class MultiGradHookTest extends OnEachDevice {
  private final List<List<Double>> seen = Collections.synchronizedList(new ArrayList<>());

  private void note(List<Tensor> gradients) {
    List<Double> row = new ArrayList<>();
    gradients.forEach(g -> row.add(g == null ? null : g.sum().item()));
    seen.add(row);
  }

  @Test
  void itRunsOnceWhenAllThatThePassReachesHaveTheirGradient() {
    Tensor a = scalarLeaf(1);
    Tensor b = scalarLeaf(2);
    Tensor c = scalarLeaf(3);
    Tensor d = scalarLeaf(4);
    HookHandle handle = Autograd.registerMultiGradHook(List.of(a, b, c, d), this::note);
    a.mul(b).add(c).backward();
    Autograd.backward(List.of(a.mul(b)), null, List.of(a));
    a.add(d).backward();
    assertEquals(
        List.of(
            Arrays.asList(2.0, 1.0, 1.0, null),
            Arrays.asList(2.0, null, null, null),
            Arrays.asList(1.0, null, null, 1.0)),
        seen);
    handle.close();
    a.mul(b).backward();
    assertEquals(3, seen.size());
  }

  @Test
  void aTensorThatIsTheRootCountsOnce() {
    Tensor a = scalarLeaf(2);
    Tensor y = a.mul(3);
    Autograd.registerMultiGradHook(List.of(y, a), this::note);
    y.backward(RETAIN_GRAPH);
    Autograd.backward(List.of(y, a.mul(5)), null);
    assertEquals(List.of(List.of(1.0, 3.0), List.of(1.0, 8.0)), seen);
  }

  @Test
  void computedTensorsAndOutputsOfOneNodeTakePart() {
    Tensor x = leaf(1, 2, 3);
    List<Tensor> parts = x.unbind();
    Tensor y = parts.get(0).mul(parts.get(1));
    Autograd.registerMultiGradHook(List.of(parts.get(0), parts.get(2), y), this::note);
    y.mul(2).backward();
    assertEquals(List.of(Arrays.asList(4.0, null, 2.0)), seen);
  }

  @Test
  void itSeesWhatEarlierHooksReturned() {
    Tensor a = scalarLeaf(2);
    a.registerHook(g -> g.mul(100));
    Autograd.registerMultiGradHook(List.of(a), this::note);
    a.registerHook(g -> g.mul(7));
    a.mul(3).backward();
    assertEquals(List.of(List.of(300.0)), seen);
    Expect.values(a.grad(), 2100);
  }

  @Test
  void anyIsTheFirstOfAPass() {
    Tensor a = scalarLeaf(1);
    Tensor b = a.mul(2);
    Tensor c = b.mul(3);
    HookHandle handle = Autograd.registerMultiGradHookAny(List.of(a, b, c), g -> note(List.of(g)));
    c.mul(5).backward(RETAIN_GRAPH);
    b.backward(RETAIN_GRAPH);
    assertEquals(List.of(List.of(5.0), List.of(1.0)), seen);
    handle.close();
    c.backward();
    assertEquals(2, seen.size());
  }

  @Test
  void eachPassOfEachThreadCountsForItself() throws InterruptedException {
    Tensor a = scalarLeaf(2);
    Tensor b = scalarLeaf(3);
    Autograd.registerMultiGradHook(List.of(a, b), this::note);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int k = 0; k < 20; k++) {
                  a.mul(b).backward();
                }
              }));
    }
    for (Thread t : threads) {
      t.join();
    }
    assertEquals(Collections.nCopies(160, List.of(3.0, 2.0)), seen);
    Expect.values(a.grad(), 480);
  }

  @Test
  void allTensorsMustRequireAGradient() {
    Tensor a = scalarLeaf(1);
    Expect.fails(
        GraphException.class,
        "cannot register a hook on a tensor that doesn't require gradient",
        () -> Autograd.registerMultiGradHook(List.of(a, scalar(1)), this::note));
    a.mul(2).backward();
    assertEquals(List.of(), seen);
  }
}
