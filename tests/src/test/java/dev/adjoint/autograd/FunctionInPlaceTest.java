package dev.adjoint.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.adjoint.Autograd;
import dev.adjoint.Expect;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.autograd.FunctionTest.Local;
import dev.adjoint.type.GraphException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Functions that overwrite an input, and writes to what functions return.
class FunctionInPlaceTest extends OnEachDevice {

  /// Doubles its input in place.
  private static final Function DOUBLE =
      new Local(
          (ctx, in) -> {
            ctx.markDirty(in[0]);
            return List.of(in[0].mul_(2));
          },
          (ctx, g) -> List.of(g[0].mul(2)));

  /// Multiplies its second input by its first, in place.
  private static final Function SCALE =
      new Local(
          (ctx, in) -> {
            ctx.markDirty(in[1]);
            ctx.saveForBackward(in[0], in[1].clone());
            return List.of(in[1].mul_(in[0]));
          },
          (ctx, g) -> List.of(g[0].mul(ctx.saved(1)), g[0].mul(ctx.saved(0))));

  private static final Function IDENTITY =
      new Local((ctx, in) -> List.of(in[0]), (ctx, g) -> List.of(g[0].mul(5)));

  private static final Function HALF =
      new Local(
          (ctx, in) -> List.of(in[0].narrow(0, 0, 1)),
          (ctx, g) -> List.of(g[0].expand(2).mul(0.5)));

  @Test
  void anInputMarkedDirtyComesBackAsItself() {
    Tensor leaf = leaf(1, 2);
    Tensor x = leaf.mul(1);
    assertSame(x, DOUBLE.apply(x));
    Expect.values(x, 2, 4);
    assertEquals("LocalBackward", x.gradFn().name());
    assertEquals(1, x.version());
    x.sum().backward();
    Expect.values(leaf.grad(), 2, 2);
  }

  @Test
  void anUntrackedTargetIsTrackedAfterwards() {
    Tensor factor = leaf(3, 3);
    Tensor target = vector(1, 2);
    SCALE.apply(factor, target);
    target.sum().backward();
    Expect.values(factor.grad(), 1, 2);
  }

  @Test
  void aLeafIsRefusedBeforeItIsWritten() {
    Tensor leaf = leaf(1, 2);
    Expect.fails(
        GraphException.class,
        "a leaf Variable that requires grad is being used in an in-place operation.",
        () -> DOUBLE.apply(leaf));
    Expect.fails(
        GraphException.class,
        "a view of a leaf Variable that requires grad is being used in an in-place operation.",
        () -> DOUBLE.apply(leaf.view(2)));
    Expect.values(leaf, 1, 2);
    assertEquals(0, leaf.version());
    Autograd.noGrad(() -> DOUBLE.apply(leaf));
    Expect.values(leaf, 2, 4);
  }

  @Test
  void throughAViewTheBaseFollows() {
    Tensor leaf = leaf(1, 2, 3, 4);
    Tensor base = leaf.mul(1);
    Tensor view = base.narrow(0, 0, 2);
    assertSame(view, DOUBLE.apply(view));
    Expect.values(base, 2, 4, 3, 4);
    base.sum().backward();
    Expect.values(leaf.grad(), 2, 2, 1, 1);
  }

  /// PyTorch takes the gradient of the first input for that of the view.
  @Test
  void theViewNeedNotBeTheFirstInput() {
    Tensor factor = leaf(3, 5);
    Tensor leaf = leaf(1, 2, 3, 4);
    Tensor base = leaf.mul(1);
    SCALE.apply(factor, base.narrow(0, 1, 2));
    Expect.values(base, 1, 6, 15, 4);
    base.sum().backward();
    Expect.values(factor.grad(), 2, 3);
    Expect.values(leaf.grad(), 1, 3, 5, 1);
  }

  @Test
  void aDirtyViewMustBeTheOnlyResult() {
    Function f =
        new Local(
            (ctx, in) -> {
              ctx.markDirty(in[0]);
              return List.of(in[0].mul_(2), in[0].add(1));
            },
            (ctx, g) -> List.of(g[0]));
    Expect.fails(
        GraphException.class,
        "If your Function modifies inplace an input that is a view of another Tensor, your Function cannot"
            + " return more than one Tensor.",
        () -> f.apply(leaf(1, 2).mul(1).view(2)));
  }

  @Test
  void aDirtyInputMustBeReturned() {
    Function f =
        new Local(
            (ctx, in) -> {
              ctx.markDirty(in[0]);
              return List.of(in[0].mul_(2).add(1));
            },
            (ctx, g) -> List.of(g[0]));
    Expect.fails(
        GraphException.class,
        "Some elements marked as dirty during the forward method were not returned as output. The inputs"
            + " that are modified inplace must all be outputs of the Function.",
        () -> f.apply(leaf(1).mul(1)));
  }

  @Test
  void onlyInputsCanBeDirty() {
    Function f =
        new Local(
            (ctx, in) -> {
              Tensor y = in[0].mul(2);
              ctx.markDirty(y);
              return List.of(y);
            },
            (ctx, g) -> List.of(g[0]));
    Expect.fails(
        GraphException.class,
        "ctx.mark_dirty() received a tensor that was not an input.",
        () -> f.apply(leaf(1)));
  }

  @Test
  void aWriteThatIsNotMarkedIsNoticed() {
    Function f =
        new Local((ctx, in) -> List.of(in[0].mul_(2).add(1)), (ctx, g) -> List.of(g[0].mul(2)));
    Expect.fails(
        GraphException.class,
        "Local overwrote input 0, which requires a gradient, and did not say so.",
        () -> f.apply(leaf(1).mul(1)));
  }

  @Test
  void statisticsThatNeedNoGradientMayBeWritten() {
    Tensor count = vector(0);
    Function f =
        new Local(
            (ctx, in) -> {
              in[1].add_(1);
              return List.of(in[0].mul(2));
            },
            (ctx, g) -> java.util.Arrays.asList(g[0].mul(2), null));
    Tensor x = leaf(1);
    f.apply(x, count).backward();
    Expect.values(count, 1);
    Expect.values(x.grad(), 2);
  }

  private static final String VIEW = "Output 0 of Local is a view and is being modified inplace.";

  @Test
  void whatAFunctionReturnedAsItIsCannotBeWritten() {
    Tensor x = leaf(1, 2).mul(1);
    Tensor y = IDENTITY.apply(x);
    Expect.fails(GraphException.class, VIEW, () -> y.mul_(2));
    Expect.fails(GraphException.class, VIEW, () -> y.view(2).mul_(2));
    Expect.values(x, 1, 2);
    y.clone().mul_(2);
  }

  @Test
  void aViewThatAFunctionReturnedCannotBeWritten() {
    Tensor leaf = leaf(1, 2);
    Tensor y = HALF.apply(leaf.mul(1));
    Expect.fails(GraphException.class, VIEW, () -> y.mul_(2));
    y.backward();
    Expect.values(leaf.grad(), 0.5, 0.5);
  }

  @Test
  void aWriteToTheBaseIsNoticedByTheResult() {
    Tensor x = leaf(1, 2).mul(1);
    Tensor y = IDENTITY.apply(x);
    x.mul_(2);
    Expect.fails(
        GraphException.class,
        "Output 0 of Local is a view and its base or another view of its base has been modified inplace.",
        y::gradFn);
  }

  @Test
  void aGradientThatIsNullReachesNobodyThroughAView() {
    Function doubleFirst =
        new Local(
            (ctx, in) -> {
              ctx.markDirty(in[0]);
              return List.of(in[0].mul_(2));
            },
            (ctx, g) -> Arrays.asList(g[0].mul(2), null));
    Tensor a = leaf(1);
    Tensor b = scalarLeaf(1);
    Tensor v = a.clone().narrow(0, 0, 1);
    doubleFirst.apply(v, b).sum().backward();
    assertNull(b.grad());
    Expect.values(a.grad(), 2);
  }
}
