package dev.adjoint.autograd;

import static dev.adjoint.GradOption.CREATE_GRAPH;
import static dev.adjoint.GradOption.RETAIN_GRAPH;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.adjoint.Autograd;
import dev.adjoint.Expect;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.autograd.FunctionTest.Local;
import dev.adjoint.autograd.FunctionTest.Power;
import dev.adjoint.type.GraphException;
import dev.adjoint.type.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/// What a function saves is checked as what the library saves.
class FunctionSavedTest extends OnEachDevice {

  /// Exponential, from its saved result.
  static final Function EXP =
      new Local(
          (ctx, in) -> {
            Tensor y = in[0].exp();
            ctx.saveForBackward(y);
            return List.of(y);
          },
          (ctx, g) -> List.of(g[0].mul(ctx.saved(0))));

  /// The square of twice the input, from an intermediate.
  private static Function ofIntermediate(boolean constant) {
    return new Local(
        (ctx, in) -> {
          Tensor twice = in[0].mul(2);
          ctx.saveForBackward(twice);
          if (constant) {
            ctx.markNonDifferentiable(twice);
          }
          return List.of(twice.square());
        },
        (ctx, g) -> List.of(g[0].mul(ctx.saved(0)).mul(4)));
  }

  /// The square, whose backward leaves tensor methods.
  private record Once() implements Function {
    @Override
    public List<Tensor> forward(Context ctx, Tensor... x) {
      ctx.saveForBackward(x[0]);
      return List.of(x[0].square());
    }

    @Override
    public List<Tensor> backward(Context ctx, Tensor... g) {
      return List.of(g[0].mul(2 * ctx.saved(0).item()));
    }

    @Override
    public boolean isOnceDifferentiable() {
      return true;
    }
  }

  @Test
  void overwritingASavedInputFailsBackward() {
    Tensor x = leaf(2).mul(1);
    Tensor y = new Power(2).apply(x);
    x.add_(1);
    Expect.fails(
        GraphException.class,
        "one of the variables needed for gradient computation has been modified by an inplace operation:",
        y::backward);
  }

  @Test
  void overwritingASavedResultFailsBackward() {
    Tensor y = EXP.apply(leaf(2));
    y.add_(1);
    Expect.fails(
        GraphException.class,
        "one of the variables needed for gradient computation has been modified by an inplace operation:",
        y::backward);
  }

  @Test
  void aSavedResultHasItsHistory() {
    Tensor x = scalarLeaf(0);
    Tensor first = Autograd.grad(EXP.apply(x), x, CREATE_GRAPH);
    Tensor second = Autograd.grad(first, x, CREATE_GRAPH);
    Expect.values(Autograd.grad(second, x), 1);
  }

  @Test
  void aSecondBackwardFailsUnlessTheGraphIsRetained() {
    Tensor x = scalarLeaf(3);
    Tensor y = new Power(2).apply(x);
    y.backward(RETAIN_GRAPH);
    y.backward();
    Expect.values(x.grad(), 12);
    Expect.fails(
        GraphException.class, "Trying to backward through the graph a second time", y::backward);
  }

  @Test
  void aContextReadAfterwardsSaysThatItWasFreed() {
    AtomicReference<Context> stash = new AtomicReference<>();
    Function f =
        new Local(
            (ctx, in) -> {
              ctx.saveForBackward(in[0]);
              stash.set(ctx);
              return List.of(in[0].mul(1));
            },
            (ctx, g) -> List.of(g[0]));
    Tensor y = f.apply(leaf(1));
    Expect.values(stash.get().saved(0), 1);
    y.backward();
    String freed = "Trying to backward through the graph a second time";
    Expect.fails(GraphException.class, freed, () -> stash.get().saved(0));
    Expect.fails(GraphException.class, freed, () -> stash.get().savedTensors());
  }

  @Test
  void nothingMayBeSavedAsNull() {
    Tensor x = scalarLeaf(3);
    Function f =
        new Local(
            (ctx, in) -> {
              ctx.saveForBackward(null, in[0]);
              return List.of(in[0].square());
            },
            (ctx, g) -> {
              assertNull(ctx.savedTensors().get(0));
              return List.of(g[0].mul(ctx.saved(1)).mul(2));
            });
    f.apply(x).backward();
    Expect.values(x.grad(), 6);
  }

  @Test
  void whatIsNoTensorIsAttached() {
    Tensor x = leaf(1, 2);
    Function f =
        new Local(
            (ctx, in) -> {
              Expect.fails(
                  GraphException.class, "Local attached a tensor", () -> ctx.attach(in[0]));
              ctx.attach(in[0].shape());
              return List.of(in[0].sum());
            },
            (ctx, g) -> List.of(g[0].expand(ctx.attachment(Shape.class).toArray())));
    f.apply(x).backward();
    Expect.values(x.grad(), 1, 1);
  }

  @Test
  void aSecondDerivativeThroughAnIntermediateFailsInsteadOfLackingATerm() {
    Tensor x = scalarLeaf(3);
    Tensor first = Autograd.grad(ofIntermediate(false).apply(x), x, CREATE_GRAPH);
    Expect.values(first, 24);
    Expect.fails(
        GraphException.class,
        "Local cannot be differentiated twice: its saved tensor 0 is neither an input nor a result",
        () -> Autograd.grad(first, x));
  }

  @Test
  void anIntermediateMarkedConstantIsOne() {
    Tensor x = scalarLeaf(3);
    Tensor first = Autograd.grad(ofIntermediate(true).apply(x).mul(x), x, CREATE_GRAPH);
    // 36 + 3 * 4 * 6, whose own derivative is 24 + 24 when the intermediate is held fast.
    Expect.values(first, 108);
    Expect.values(Autograd.grad(first, x), 48);
  }

  @Test
  void aFunctionDifferentiableOnceGivesItsFirstDerivative() {
    Tensor x = leaf(3);
    new Once().apply(x).backward();
    Expect.values(x.grad(), 6);
  }

  /// PyTorch gives 18 and 6 here, with a term missing.
  @Test
  void differentiatingItTwiceAlwaysFails() {
    String message =
        "trying to differentiate twice a function that was marked with @once_differentiable";
    Tensor x = leaf(3);
    Once once = new Once();
    Tensor beside = Autograd.grad(once.apply(x).add(x.pow(3)), x, CREATE_GRAPH);
    Expect.values(beside, 33);
    Expect.fails(GraphException.class, message, () -> Autograd.grad(beside, x));
    Tensor product = Autograd.grad(once.apply(x).mul(x), x, CREATE_GRAPH);
    Expect.values(product, 27);
    Expect.fails(GraphException.class, message, () -> Autograd.grad(product, x));
    Tensor v = leaf(1);
    Tensor alone =
        Autograd.grad(List.of(once.apply(x)), List.of(x), List.of(v), CREATE_GRAPH).getFirst();
    Expect.fails(GraphException.class, message, () -> Autograd.grad(alone, v));
  }

  @Test
  void savingTwiceIsAnError() {
    Function f =
        new Local(
            (ctx, in) -> {
              ctx.saveForBackward(in[0]);
              ctx.saveForBackward(in[0]);
              return List.of(in[0].mul(1));
            },
            (ctx, g) -> List.of(g[0]));
    Expect.fails(
        GraphException.class, "Local called saveForBackward twice", () -> f.apply(leaf(1)));
  }

  @Test
  void gradientsMustBeAsManyAsInputs() {
    Function more = new Local((ctx, in) -> List.of(in[0].mul(1)), (ctx, g) -> List.of(g[0], g[0]));
    Expect.fails(
        GraphException.class,
        "function LocalBackward returned an incorrect number of gradients (expected 1, got 2)",
        () -> more.apply(leaf(1)).backward());
    Function fewer = new Local((ctx, in) -> List.of(in[0].mul(1)), (ctx, g) -> List.of(g[0]));
    Expect.fails(
        GraphException.class,
        "function LocalBackward returned an incorrect number of gradients (expected 2, got 1)",
        () -> fewer.apply(leaf(1), leaf(2)).backward());
    Tensor x = leaf(1);
    new Local((ctx, in) -> List.of(in[0].mul(1)), (ctx, g) -> Arrays.asList(g[0], null, null))
        .apply(x)
        .backward();
    Expect.values(x.grad(), 1);
  }

  @Test
  void gradientsMustFitTheirInput() {
    Function f =
        new Local((ctx, in) -> List.of(in[0].mul(in[1])), (ctx, g) -> List.of(g[0], ones(3)));
    Expect.fails(
        dev.adjoint.type.ShapeException.class,
        "Function LocalBackward returned an invalid gradient at index 1 - got [3] but expected shape"
            + " compatible with [2]",
        () -> f.apply(leaf(1, 2), leaf(1, 2)).sum().backward());
  }

  @Test
  void anExceptionOfTheUsersComesThrough() {
    Function f =
        new Local(
            (ctx, in) -> List.of(in[0].mul(1)),
            (ctx, g) -> {
              throw new UnsupportedOperationException("not today");
            });
    Tensor y = f.apply(leaf(1));
    UnsupportedOperationException e =
        org.junit.jupiter.api.Assertions.assertThrows(
            UnsupportedOperationException.class, y::backward);
    assertEquals("not today", e.getMessage());
  }
}
