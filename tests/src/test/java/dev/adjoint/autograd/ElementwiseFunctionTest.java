package dev.adjoint.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Autograd;
import dev.adjoint.Expect;
import dev.adjoint.GradOption;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.type.DType;
import dev.adjoint.type.GraphException;
import dev.adjoint.type.ShapeException;
import org.junit.jupiter.api.Test;

/// An expression is an operation with a derivative.
class ElementwiseFunctionTest extends OnEachDevice {
  private static final ElementwiseFunction SOFTSIGN =
      ElementwiseFunction.of("softsign2", x -> x.div(x.abs().add(1)));
  private static final ElementwiseFunction NORM =
      ElementwiseFunction.of("norm2", (x, y) -> x.square().add(y.square()).sqrt());

  private Tensor wide(double... values) {
    return Tensors.tensor(values, DType.FLOAT64, device).requiresGrad_();
  }

  @Test
  void anExpressionIsANodeOfItsName() {
    Tensor x = leaf(-1, 0, 3);
    Tensor y = SOFTSIGN.apply(x);
    prints("tensor([-0.5000,  0.0000,  0.7500], grad_fn=<Softsign2Backward>)", y);
    y.sum().backward();
    Expect.values(x.grad(), 0.25, 1, 0.0625);
    assertFalse(SOFTSIGN.apply(vector(1)).requiresGrad());
  }

  @Test
  void itsDerivativesOfAnyOrderAreItsOwn() {
    Tensor x = wide(-1.5, 0.4, 2);
    assertTrue(GradCheck.gradcheck(SOFTSIGN::apply, x));
    assertTrue(GradCheck.gradgradcheck(SOFTSIGN::apply, x));
    Tensor y = wide(0.5, -0.7, 1.1);
    assertTrue(GradCheck.gradgradcheck(NORM::apply, x, y));
    ElementwiseFunction fourth = ElementwiseFunction.of("fourth", t -> t.square().square());
    Tensor at = scalarLeaf(2);
    Tensor d = fourth.apply(at);
    for (double expected : new double[] {32, 48, 48, 24}) {
      d = Autograd.grad(d, at, GradOption.CREATE_GRAPH);
      Expect.values(d, expected);
    }
    assertEquals("FourthBackwardBackwardBackwardBackwardBackward", d.gradFn().name());
  }

  @Test
  void operandsBroadcastAndTheirGradientsAreSummed() {
    Tensor x = leaf(3, 0).reshape(2, 1).detach().requiresGrad_();
    Tensor y = leaf(4, 4, 4);
    Tensor z = NORM.apply(x, y);
    Expect.values(z, 5, 5, 5, 4, 4, 4);
    z.sum().backward();
    Expect.shape(Expect.gradOf(x), 2, 1);
    Expect.close(x.grad(), 1e-6, 1.8, 0);
    Expect.close(y.grad(), 1e-6, 1.8, 1.8, 1.8);
  }

  @Test
  void onlyWhatIsAskedForHasAGradient() {
    Tensor x = leaf(3);
    NORM.apply(vector(4), x).backward();
    Expect.close(x.grad(), 1e-6, 0.6);
  }

  @Test
  void aNumberOnTheCpuJoinsAndGetsItsGradientThere() {
    Tensor slope = Tensors.tensor(3.0).requiresGrad_();
    ElementwiseFunction scale = ElementwiseFunction.of("scale", (x, s) -> x.mul(s));
    Tensor y = scale.apply(vector(1, 2), slope);
    assertEquals(device, y.device());
    y.sum().backward();
    Expect.values(slope.grad(), 3);
    assertTrue(Expect.gradOf(slope).device().isCpu());
  }

  @Test
  void aGivenDerivativeIsUsed() {
    ElementwiseFunction softplus =
        ElementwiseFunction.of("logexp", x -> x.exp().add(1).log(), (x, g) -> g.mul(x.sigmoid()));
    Tensor x = leaf(1000);
    softplus.apply(x).backward();
    Expect.values(x.grad(), 1);
    assertTrue(GradCheck.gradgradcheck(softplus::apply, wide(0.3, -1)));
  }

  @Test
  void choicesByBoolsAreOperandsToo() {
    Tensor mask = Tensors.tensor(new boolean[] {true, false}, DType.BOOL, device);
    ElementwiseFunction f =
        ElementwiseFunction.of(
            "choose", 3, in -> Tensors.where(in.get(0), in.get(1).mul(2), in.get(2).mul(3)));
    Tensor a = leaf(1, 1);
    Tensor b = leaf(1, 1);
    f.apply(mask, a, b).sum().backward();
    Expect.values(a.grad(), 2, 0);
    Expect.values(b.grad(), 0, 3);
  }

  @Test
  void expressionsMayUseEachOther() {
    ElementwiseFunction f = ElementwiseFunction.of("twice", x -> SOFTSIGN.apply(SOFTSIGN.apply(x)));
    assertTrue(GradCheck.gradgradcheck(f::apply, wide(0.4, -2)));
  }

  @Test
  void anExpressionThatIsItsOperandCopiesIt() {
    ElementwiseFunction same = ElementwiseFunction.of("same", x -> x);
    Tensor x = leaf(1, 2);
    Tensor y = same.apply(x);
    y.mul_(3);
    Expect.values(x, 1, 2);
    y.sum().backward();
    Expect.values(x.grad(), 3, 3);
  }

  @Test
  void anExpressionWithoutADerivativeHasZeros() {
    ElementwiseFunction f = ElementwiseFunction.of("step", x -> x.gt(0).to(DType.FLOAT32));
    Tensor x = leaf(1, -2);
    f.apply(x).sum().backward();
    Expect.values(x.grad(), 0, 0);
  }

  @Test
  void whatIsNotElementwiseIsRefused() {
    Expect.fails(
        GraphException.class,
        "Centre is not elementwise: it uses MeanBackward0.",
        () -> ElementwiseFunction.of("centre", x -> x.sub(x.mean())).apply(leaf(1, 2)));
    Expect.fails(
        ShapeException.class,
        "Wider is not elementwise: from [2] it makes [1, 2].",
        () -> ElementwiseFunction.of("wider", x -> x.detach().unsqueeze(0)).apply(leaf(1, 2)));
    Tensor weight = leaf(2);
    Expect.fails(
        GraphException.class,
        "Captures uses a tensor that requires a gradient and is none of its operands",
        () -> ElementwiseFunction.of("captures", x -> x.mul(weight)).apply(leaf(1)));
    Expect.fails(
        GraphException.class,
        "Norm2 takes 2 operands, and was given 1.",
        () -> NORM.apply(leaf(1)));
  }

  @Test
  void overwritingAnOperandFailsBackward() {
    Tensor x = leaf(1).mul(1);
    Tensor y = SOFTSIGN.apply(x);
    x.add_(1);
    Expect.fails(
        GraphException.class,
        "one of the variables needed for gradient computation has been modified by an inplace operation:",
        y::backward);
  }

  @Test
  void integersComputeInTheExpressionsTypes() {
    Tensor y = SOFTSIGN.apply(tensor(new long[] {1, -3}));
    Expect.values(y, 0.5, -0.75);
  }
}
