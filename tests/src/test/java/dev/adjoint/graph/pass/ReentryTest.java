package dev.adjoint.graph.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.adjoint.Autograd;
import dev.adjoint.Expect;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Scope;
import dev.adjoint.Tensor;
import dev.adjoint.autograd.Context;
import dev.adjoint.autograd.Function;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Passes inside passes.
class ReentryTest extends OnEachDevice {

  /// Doubles, and runs a backward of its own in its backward.
  private record Nested(Runnable inner) implements Function {

    @Override
    public List<Tensor> forward(Context ctx, Tensor... inputs) {
      return List.of(inputs[0].mul(2));
    }

    @Override
    public List<Tensor> backward(Context ctx, Tensor... gradients) {
      Autograd.enableGrad(inner);
      return List.of(gradients[0].mul(2));
    }
  }

  /// Calls backward inside backward, so often.
  private void descend(int depth, Tensor leaf, Runnable last) {
    if (depth == 0) {
      last.run();
      return;
    }
    Tensor x = leaf.clone();
    x.registerHook(g -> {
      Autograd.enableGrad(() -> descend(depth - 1, leaf, last));
      return null;
    });
    x.backward();
  }

  @Test
  void twoThousandLevelsDoNotOverflow() {
    Tensor x = scalarLeaf(1);
    descend(2000, x, () -> {});
    Expect.values(x.grad(), 2000);
  }

  @Test
  void anExceptionComesUpThroughAllLevels() {
    Tensor x = scalarLeaf(1);
    assertThrows(
        ArithmeticException.class,
        () ->
            descend(
                200,
                x,
                () -> {
                  throw new ArithmeticException();
                }));
    assertNull(x.grad());
    descend(3, x, () -> {});
    Expect.values(x.grad(), 3);
  }

  @Test
  void scopesOfTheCallerHoldFarBelow() {
    Tensor x = scalarLeaf(1);
    List<Tensor> made = new ArrayList<>();
    try (Scope _ = Scope.open()) {
      descend(150, x, () -> made.add(x.mul(2)));
      Expect.values(made.getFirst().detach(), 2);
    }
    assertThrows(dev.adjoint.type.ClosedException.class, () -> made.getFirst().item());
  }

  @Test
  void modesOfTheCallerHoldFarBelow() {
    Tensor x = scalarLeaf(1);
    List<Integer> packed = new ArrayList<>();
    Autograd.<Tensor>savedTensorHooks(
        t -> {
          packed.add(packed.size());
          return t;
        },
        t -> t,
        () -> descend(150, x, () -> x.mul(x)));
    assertEquals(2, packed.size());
  }

  @Test
  void aFormulaMayCallBackward() {
    Tensor x = scalarLeaf(3);
    Tensor inner = scalarLeaf(5);
    Tensor y = new Nested(() -> inner.square().backward()).apply(x);
    y.mul(7).backward();
    Expect.values(x.grad(), 14);
    Expect.values(inner.grad(), 10);
  }

  @Test
  void theInnerPassEndsBeforeTheOuterGoesOn() {
    Tensor x = scalarLeaf(1);
    List<String> order = new ArrayList<>();
    Tensor a = x.mul(2);
    Tensor b = x.mul(3);
    a.registerHook(g -> {
      order.add("a");
      return null;
    });
    b.registerHook(g -> {
      order.add("b");
      Autograd.enableGrad(() -> {
        Tensor inner = scalarLeaf(1).mul(1);
        inner.registerHook(h -> {
          order.add("inner");
          return null;
        });
        inner.mul(2).backward();
      });
      order.add("b again");
      return null;
    });
    a.add(b).backward();
    assertEquals(List.of("b", "inner", "b again", "a"), order);
  }

  @Test
  void theModeIsTheOuterOnesAgain() {
    Tensor x = scalarLeaf(2);
    List<Boolean> modes = new ArrayList<>();
    Tensor y = x.mul(x);
    y.registerHook(g -> {
      modes.add(Autograd.isGradEnabled());
      Autograd.enableGrad(() -> scalarLeaf(1).mul(2).backward(dev.adjoint.GradOption.CREATE_GRAPH));
      modes.add(Autograd.isGradEnabled());
      return null;
    });
    y.backward();
    assertEquals(List.of(false, false), modes);
  }
}
