package dev.adjoint.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Autograd;
import dev.adjoint.Expect;
import dev.adjoint.GradOption;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.memory.LiveBytes;
import dev.adjoint.type.DType;
import dev.adjoint.type.GraphException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/// Functions of the user's own are operations like any other.
class FunctionTest extends OnEachDevice {

  record Power(int n) implements Function {
    @Override
    public List<Tensor> forward(Context ctx, Tensor... x) {
      ctx.saveForBackward(x[0]);
      return List.of(x[0].pow(n));
    }

    @Override
    public List<Tensor> backward(Context ctx, Tensor... g) {
      return List.of(g[0].mul(ctx.saved(0).pow(n - 1).mul(n)));
    }
  }

  /// A function of lambdas, named Local.
  record Local(
      BiFunction<Context, Tensor[], List<Tensor>> value,
      BiFunction<Context, Tensor[], List<? extends Tensor>> gradient)
      implements Function {
    @Override
    public List<Tensor> forward(Context ctx, Tensor... x) {
      return value.apply(ctx, x);
    }

    @Override
    public List<? extends Tensor> backward(Context ctx, Tensor... g) {
      return gradient.apply(ctx, g);
    }
  }

  @Test
  void aFunctionIsANodeOfItsName() {
    Tensor x = scalarLeaf(2);
    Tensor y = new Power(3).apply(x);
    prints("tensor(8., grad_fn=<PowerBackward>)", y);
    assertEquals("AccumulateGrad 0", Expect.next(y.gradFn()));
    y.backward();
    Expect.values(x.grad(), 12);
  }

  @Test
  void aBackwardOfTensorMethodsIsDifferentiatedAsOftenAsOneLikes() {
    Tensor x = scalarLeaf(2);
    Tensor first = Autograd.grad(new Power(4).apply(x), x, GradOption.CREATE_GRAPH);
    Tensor second = Autograd.grad(first, x, GradOption.CREATE_GRAPH);
    Tensor third = Autograd.grad(second, x);
    Expect.values(first, 32);
    Expect.values(second, 48);
    Expect.values(third, 48);
  }

  @Test
  void untrackedInputsAndNoGradMakeNoNode() {
    Tensor x = leaf(1, 2);
    assertNull(new Power(2).apply(vector(1, 2)).gradFn());
    assertFalse(Autograd.noGrad(() -> new Power(2).apply(x)).requiresGrad());
  }

  @Test
  void forwardRunsWithRecordingOffAndSeesWhoNeedsAGradient() {
    Tensor x = leaf(1);
    Function f =
        new Local(
            (ctx, in) -> {
              assertFalse(Autograd.isGradEnabled());
              assertTrue(ctx.needsInputGrad(0));
              assertFalse(ctx.needsInputGrad(1));
              assertFalse(in[0].mul(2).requiresGrad());
              return List.of(in[0].mul(in[1]));
            },
            (ctx, g) -> Arrays.asList(g[0].mul(5), null));
    f.apply(x, vector(3)).backward();
    Expect.values(x.grad(), 5);
  }

  @Test
  void unusedResultsReachBackwardAsZeros() {
    Tensor x = leaf(1, 2);
    Function f =
        new Local(
            (ctx, in) -> List.of(in[0].mul(2), in[0].mul(3).sum()),
            (ctx, g) -> {
              Expect.shape(g[1]);
              Expect.values(g[1], 0);
              return List.of(g[0].mul(2).add(g[1].mul(3)));
            });
    f.applyAll(x).get(0).sum().backward();
    Expect.values(x.grad(), 2, 2);
  }

  @Test
  void unusedResultsReachBackwardAsNullOnRequest() {
    Tensor x = leaf(1, 2);
    Function f =
        new Local(
            (ctx, in) -> {
              ctx.setMaterializeGrads(false);
              return List.of(in[0].mul(2), in[0].mul(3));
            },
            (ctx, g) -> {
              assertNull(g[0]);
              return List.of(g[1].mul(3));
            });
    f.applyAll(x).get(1).sum().backward();
    Expect.values(x.grad(), 3, 3);
  }

  @Test
  void aNullGradientStopsTheFlow() {
    Tensor x = leaf(1, 2);
    Function f =
        new Local((ctx, in) -> List.of(in[0].mul(2)), (ctx, g) -> Arrays.asList((Tensor) null));
    f.apply(x.mul(1)).sum().backward();
    assertNull(x.grad());
  }

  @Test
  void gradientsAreSummedAndConvertedToTheirInput() {
    Tensor x = leaf(5);
    Function f =
        new Local(
            (ctx, in) -> List.of(in[0].expand(2, 3).to(DType.FLOAT64)),
            (ctx, g) -> List.of(g[0].mul(2)));
    f.apply(x).sum().backward();
    Expect.values(x.grad(), 12);
    assertEquals(DType.FLOAT32, Expect.gradOf(x).dtype());
  }

  @Test
  void anInputReturnedAsItIsComesBackAsAnotherTensor() {
    Tensor x = leaf(1, 2);
    Function f =
        new Local(
            (ctx, in) -> List.of(in[0], in[0].add(in[1])),
            (ctx, g) -> List.of(g[0].add(g[1]), g[1]));
    Tensor y = leaf(3, 4);
    List<Tensor> both = f.applyAll(x, y);
    assertNotSame(x, both.get(0));
    assertTrue(x.isLeaf());
    Expect.values(both.get(0), 1, 2);
    both.get(0).mul(2).add(both.get(1)).sum().backward();
    Expect.values(x.grad(), 3, 3);
    Expect.values(y.grad(), 1, 1);
  }

  @Test
  void oneTensorReturnedTwiceIsOneResultTwice() {
    Tensor x = leaf(3);
    Function f =
        new Local(
            (ctx, in) -> {
              Tensor y = in[0].mul(2);
              return List.of(y, y);
            },
            (ctx, g) -> List.of(g[0].mul(2).add(g[1].mul(2))));
    List<Tensor> both = f.applyAll(x);
    assertSame(both.get(0), both.get(1));
    both.get(0).add(both.get(1)).backward();
    Expect.values(x.grad(), 4);
  }

  @Test
  void resultsMarkedNonDifferentiableAndIntegersAreNotTracked() {
    Tensor x = leaf(3, 1, 2);
    Function f =
        new Local(
            (ctx, in) -> {
              Tensor mask = in[0].gt(1.5);
              Tensor steps = mask.to(DType.FLOAT32);
              ctx.markNonDifferentiable(steps);
              return List.of(in[0].mul(steps), steps, mask, in[0].argmax());
            },
            (ctx, g) -> {
              assertEquals(4, g.length);
              assertEquals(DType.INT64, g[3].dtype());
              return List.of(g[0].add(g[1]));
            });
    List<Tensor> all = f.applyAll(x);
    assertTrue(all.get(0).requiresGrad());
    for (int i = 1; i < 4; i++) {
      assertFalse(all.get(i).requiresGrad());
    }
    all.get(0).sum().backward();
    Expect.values(x.grad(), 1, 1, 1);
  }

  @Test
  void aTensorFromOutsideKeepsItsOwnHistory() {
    Tensor outside = leaf(2).mul(3);
    Function f = new Local((ctx, in) -> List.of(outside), (ctx, g) -> List.of(g[0]));
    Tensor y = f.apply(leaf(1));
    assertEquals("LocalBackward", y.gradFn().name());
    assertEquals("MulBackward0", outside.gradFn().name());
  }

  @Test
  void functionsMayBeAppliedInsideFunctions() {
    Tensor x = scalarLeaf(2);
    Function square = new Power(2);
    Function f =
        new Local(
            (ctx, in) -> {
              ctx.saveForBackward(in[0]);
              return List.of(square.apply(square.apply(in[0])));
            },
            (ctx, g) ->
                Autograd.enableGrad(() -> {
                  Tensor again = ctx.saved(0).detach().requiresGrad_();
                  return Autograd.grad(
                      List.of(square.apply(square.apply(again))), List.of(again), List.of(g[0]));
                }));
    f.apply(x).backward();
    Expect.values(x.grad(), 32);
  }

  @Test
  void severalResultsNeedApplyAll() {
    Function f =
        new Local((ctx, in) -> List.of(in[0].mul(1), in[0].mul(2)), (ctx, g) -> List.of(g[0]));
    Expect.fails(
        GraphException.class,
        "Local returned 2 results where one was asked for. Use applyAll.",
        () -> f.apply(vector(1)));
  }

  @Test
  void whatForwardAndBackwardMakeIsGivenBackWithTheNode() {
    final long before = LiveBytes.settled(device);
    Tensor x = Tensors.full(Tensors.shape(1 << 16), 2, DType.FLOAT32, device).requiresGrad_();
    Tensor y = new Power(3).apply(x);
    Tensor sum = y.sum();
    sum.backward();
    Tensor grad = Expect.gradOf(x);
    List<Tensor> handles = new ArrayList<>(List.of(x, y, sum, grad));
    handles.forEach(Tensor::close);
    long kept = LiveBytes.of(device) - before; // a slab of small tensors may have been begun
    assertTrue(kept < 4 << 16, () -> kept + " bytes");
  }

  @Test
  void aChainOfTwoThousandFunctionsIsWalked() {
    Tensor x = scalarLeaf(1);
    Tensor y = x;
    Function one = new Power(1);
    for (int i = 0; i < 2_000; i++) {
      y = one.apply(y);
    }
    y.backward();
    Expect.values(x.grad(), 1);
  }
}
