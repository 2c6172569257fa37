package dev.adjoint.examples.tour;

import static dev.adjoint.GradOption.CREATE_GRAPH;

import dev.adjoint.Autograd;
import dev.adjoint.Tensor;
import java.util.List;

/// Seed 0, a forum's question: what does requires_grad_() do exactly?
final class RequiresGrad {
  private RequiresGrad() {}

  static List<Chapter> chapters(Maker make) {
    return List.of(
        leaf(make), chain(make), derivatives(make), inDouble(make), finiteDifference(make));
  }

  private static Chapter leaf(Maker make) {
    Tensor x = make.scalar(3);
    return new Chapter("0.1, 0.2", "requiresGrad_() changes the tensor itself")
        .given("Tensor x = tensor(3.0f);")
        .shows("x.requiresGrad()", x::requiresGrad, "False")
        .shows("x.requiresGrad_()", x::requiresGrad_, "tensor(3., requires_grad=True)")
        .shows("x.requiresGrad_() == x", () -> x.requiresGrad_() == x, "True")
        .shows("x.isLeaf()", x::isLeaf, "True")
        .shows("x.pow(2)", () -> x.pow(2), "tensor(9., grad_fn=<PowBackward0>)");
  }

  private static Tensor first(Tensor x) {
    return x.pow(2).mul(24);
  }

  private static Tensor second(Tensor x) {
    return first(x).pow(3).mul(8);
  }

  private static Tensor third(Tensor x) {
    return second(x).pow(4).mul(2);
  }

  private static Chapter chain(Maker make) {
    Tensor x = make.tensor(2).requiresGrad_();
    return new Chapter("0.3", "a chain of three functions: 24 x², 8 y³, 2 z⁴")
        .given("Tensor x = tensor(new float[] {2}).requiresGrad_();")
        .shows("y = x.pow(2).mul(24)", () -> first(x), "tensor([96.], grad_fn=<MulBackward0>)")
        .shows("z = y.pow(3).mul(8)", () -> second(x), "tensor([7077888.], grad_fn=<MulBackward0>)")
        .shows(
            "result = z.pow(4).mul(2)",
            () -> third(x),
            "tensor([5.0193e+27], grad_fn=<MulBackward0>)");
  }

  private static Chapter derivatives(Maker make) {
    Tensor x = make.tensor(2).requiresGrad_();
    Tensor d1 = Autograd.grad(third(x), x, CREATE_GRAPH);
    Tensor d2 = Autograd.grad(d1, x, CREATE_GRAPH);
    Tensor d3 = Autograd.grad(d2, x, CREATE_GRAPH);
    return new Chapter("0.4 - 0.6", "derivatives of derivatives")
        .given(
            "Tensor d1 = Autograd.grad(result, x, CREATE_GRAPH);",
            "Tensor d2 = Autograd.grad(d1, x, CREATE_GRAPH);",
            "Tensor d3 = Autograd.grad(d2, x, CREATE_GRAPH);")
        .shows("d1", () -> d1, "tensor([6.0232e+28], grad_fn=<MulBackward0>)")
        .shows(
            "\"First Derivative at x = 2.0 : \" + d1.item()",
            () -> "First Derivative at x = 2.0 : " + PythonText.of(d1.item()),
            "First Derivative at x = 2.0 : 6.023181998454545e+28")
        .shows("d2", () -> d2, "tensor([6.9267e+29], grad_fn=<AddBackward0>)")
        .near("d2.item()", d2::item, 6.926659109328068e+29, 2)
        .near("d3.item()", d3::item, 7.619325095818738e+30, 2);
  }

  private static Chapter inDouble(Maker make) {
    Tensor x = make.doubles(2).requiresGrad_();
    Tensor d1 = Autograd.grad(third(x), x, CREATE_GRAPH);
    Tensor d2 = Autograd.grad(d1, x, CREATE_GRAPH);
    Tensor d3 = Autograd.grad(d2, x, CREATE_GRAPH);
    return new Chapter("0.5, 0.6", "the same in float64")
        .given("Tensor x = tensor(new double[] {2}, DType.FLOAT64, CPU).requiresGrad_();")
        .shows("d2.item()", d2::item, "6.926659298222727e+29")
        .shows("d3.item()", d3::item, "7.619325228045e+30");
  }

  private static Chapter finiteDifference(Maker make) {
    Tensor x = make.doubles(0.25).requiresGrad_();
    double gradient = Autograd.grad(third(x), x).item();
    double step = 1e-5;
    double above = third(make.doubles(0.25 + step)).item();
    double below = third(make.doubles(0.25 - step)).item();
    double difference = (above - below) / (2 * step);
    return new Chapter("0.7", "autograd does no finite differencing, but agrees with it")
        .given(
            "double gradient = Autograd.grad(f(x), x).item();            // at x = 0.25",
            "double difference = (f(x + 1e-5) - f(x - 1e-5)) / 2e-5;")
        .shows(
            "Math.abs(difference - gradient) < 1e-6 * gradient",
            () -> Math.abs(difference - gradient) < 1e-6 * gradient,
            "True");
  }
}
