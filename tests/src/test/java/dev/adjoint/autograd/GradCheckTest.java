package dev.adjoint.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Expect;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.autograd.FunctionTest.Local;
import dev.adjoint.type.DType;
import dev.adjoint.type.GraphException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// The checker passes what is right, and says where and why something is wrong.
class GradCheckTest extends OnEachDevice {

  private Tensor wide(double... values) {
    return Tensors.tensor(values, DType.FLOAT64, device).requiresGrad_();
  }

  /// A function with a derivative of any kind.
  private static UnaryOperator<Tensor> with(
      UnaryOperator<Tensor> value, java.util.function.BinaryOperator<Tensor> gradient) {
    Function f =
        new Local(
            (ctx, in) -> {
              ctx.saveForBackward(in[0]);
              return List.of(value.apply(in[0]));
            },
            (ctx, g) -> List.of(gradient.apply(ctx.saved(0), g[0])));
    return f::apply;
  }

  private static String failure(UnaryOperator<Tensor> f, Tensor x) {
    return assertThrows(GraphException.class, () -> GradCheck.gradcheck(f, x)).getMessage();
  }

  @Test
  void rightDerivativesPass() {
    Tensor x = wide(0.3, -1.2, 2).reshape(3, 1).detach().requiresGrad_();
    Tensor y = wide(0.7, 1.5);
    assertTrue(GradCheck.gradcheck(t -> t.sin().mul(t), x));
    assertTrue(GradCheck.gradcheck((a, b) -> a.mul(b.exp()).div(b), x, y));
    assertTrue(GradCheck.gradgradcheck((a, b) -> a.mul(b.exp()).div(b), x, y));
    assertTrue(GradCheck.DEFAULTS.fast(true).second(in -> List.of(in.get(0).tanh()), List.of(x)));
  }

  @Test
  void aWrongDerivativeIsShownWithItsPlaceBothValuesAndTheError() {
    UnaryOperator<Tensor> wrong =
        with(x -> x.square(), (x, g) -> g.mul(x.mul(2)).mul(tensorOf(x, 1, 1, 1.5)));
    String message = failure(wrong, wide(1, 2, 3));
    assertTrue(
        message.startsWith(
            "Jacobian mismatch for output 0 with respect to input 0,\nnumerical:tensor([["),
        message);
    assertTrue(message.contains("\nanalytical:tensor([["), message);
    assertTrue(message.contains("At output element [2] and input element [2]"), message);
    assertTrue(message.contains("the analytical one 9.0, relative error 0.333"), message);
    assertTrue(message.contains("; 1 of 9 differ."), message);
    assertFalse(message.contains("kink"), message);
    assertFalse(message.contains("double precision"), message);
  }

  private static Tensor tensorOf(Tensor like, double... values) {
    return Tensors.tensor(values, like.dtype(), like.device());
  }

  @Test
  void theFastCheckSaysTheSameOfWhatIsWrong() {
    UnaryOperator<Tensor> wrong = with(x -> x.square(), (x, g) -> g.mul(x));
    Tensor x = wide(1, 2);
    GradCheck fast = GradCheck.DEFAULTS.fast(true);
    String message =
        assertThrows(
                GraphException.class,
                () -> fast.first(in -> List.of(wrong.apply(in.get(0))), List.of(x)))
            .getMessage();
    assertEquals(failure(wrong, x), message);
  }

  @Test
  void withoutRaiseAFailureIsFalse() {
    UnaryOperator<Tensor> wrong = with(x -> x.square(), (x, g) -> g.mul(x));
    Tensor x = wide(1, 2);
    assertFalse(
        GradCheck.DEFAULTS.raise(false).first(in -> List.of(wrong.apply(in.get(0))), List.of(x)));
  }

  @Test
  void aKinkIsCalledOne() {
    String message = failure(Tensor::relu, wide(1, 0));
    assertTrue(
        message.contains("The function has a kink or a jump there: its slope is 0.0 below"),
        message);
    assertTrue(message.contains("input element [1]"), message);
  }

  @Test
  void aKinkNearbyIsSuspected() {
    String message = failure(Tensor::relu, wide(3e-7));
    assertTrue(message.contains("there is a kink nearby, or the step is too large"), message);
  }

  @Test
  void singlePrecisionIsBlamed() {
    String message = failure(Tensor::exp, leaf(1.1));
    assertTrue(
        message.contains("Input #0 requires gradient and is not a double precision floating point"),
        message);
  }

  @Test
  void wrongSecondDerivativesAreFound() {
    UnaryOperator<Tensor> first = with(x -> x.square(), (x, g) -> g.mul(x.detach().mul(2)));
    Tensor x = wide(1, 2);
    assertTrue(GradCheck.gradcheck(first, x));
    Expect.fails(
        GraphException.class,
        "Jacobian mismatch for output 0 with respect to input 0,",
        () -> GradCheck.gradgradcheck(first, x));
  }

  @Test
  void aDetachedResultMustNotChange() {
    Expect.fails(
        GraphException.class,
        "Numerical gradient for function expected to be zero",
        () -> GradCheck.gradcheck(x -> x.detach().mul(2), wide(1)));
    assertTrue(GradCheck.gradcheck(x -> x.detach().sign(), wide(1)));
  }

  @Test
  void inputsMustAskForAGradientAndNotRepeatElements() {
    Expect.fails(
        GraphException.class,
        "gradcheck expects at least one input tensor to require gradient, but none of them have"
            + " requires_grad=True.",
        () -> GradCheck.gradcheck(Tensor::exp, vector(1)));
    Tensor repeated = vector(1).expand(3).requiresGrad_();
    Expect.fails(
        GraphException.class,
        "The 0th input has a dimension with stride 0. gradcheck only supports inputs that are"
            + " non-overlapping",
        () -> GradCheck.gradcheck(Tensor::exp, repeated));
  }

  @Test
  void functionsThatVaryAreFound() {
    AtomicInteger calls = new AtomicInteger();
    Expect.fails(
        GraphException.class,
        "gradcheck: the function is not deterministic",
        () -> GradCheck.gradcheck(x -> x.add(calls.incrementAndGet()), wide(1)));
  }

  @Test
  void backwardsThatVaryAreFound() {
    AtomicInteger calls = new AtomicInteger();
    UnaryOperator<Tensor> f =
        with(x -> x.mul(2), (x, g) -> g.mul(2 + 1e-9 * calls.incrementAndGet()));
    Expect.fails(
        GraphException.class,
        "Backward is not reentrant, i.e., running backward with same input and grad_output multiple times",
        () -> GradCheck.gradcheck(f, wide(1)));
    Tensor x = wide(1);
    assertTrue(
        GradCheck.DEFAULTS.nondetTol(1e-6).first(in -> List.of(f.apply(in.get(0))), List.of(x)));
  }

  @Test
  void aGradientThatIgnoresTheOneItIsGivenIsFound() {
    UnaryOperator<Tensor> f = with(x -> x.mul(2), (x, g) -> Tensors.fullLike(x, 2));
    Expect.fails(
        GraphException.class,
        "backward not multiplied by grad_output",
        () -> GradCheck.gradcheck(f, wide(1)));
  }

  @Test
  void inputsAreCopiedInTheirOrderAndNeverWritten() {
    Tensor x = wide(1, 2, 3, 4, 5, 6).detach().reshape(2, 3).t().requiresGrad_();
    final long version = x.version();
    assertTrue(
        GradCheck.gradcheck(
            t -> {
              assertEquals(Arrays.toString(x.stride()), Arrays.toString(t.stride()));
              return t.square();
            },
            x));
    assertEquals(version, x.version());
    Expect.values(x, 1, 4, 2, 5, 3, 6);
  }

  @Test
  void otherInputsArePassedOnAndEveryResultIsChecked() {
    Tensor mask = Tensors.tensor(new boolean[] {true, false}, DType.BOOL, device);
    assertTrue(
        GradCheck.DEFAULTS.first(
            in -> List.of(in.get(0).maskedFill(in.get(1), 0), in.get(1), in.get(0).cos()),
            List.of(wide(1, 2), mask)));
  }

  @Test
  void roundingIsNotTakenForAKink() {
    Tensor x = Tensors.tensor(new float[] {0.3f, -1.7f, 2.2f}).requiresGrad_();
    GraphException e =
        assertThrows(GraphException.class, () -> GradCheck.gradcheck(t -> t.mul(3), x));
    assertTrue(e.getMessage().contains("not a double precision"), e::getMessage);
    assertFalse(e.getMessage().contains("kink"), e::getMessage);
  }
}
