package dev.adjoint.examples.tour;

import static dev.adjoint.Tensors.noGrad;

import dev.adjoint.Tensor;
import java.util.List;

/// Seed 4, a course: gradients by hand and by machine.
final class CoursePage {
  private CoursePage() {}

  static List<Chapter> chapters(Maker make) {
    return List.of(history(make), switchedOff(make), byHand(make), byMachine(make));
  }

  private static Chapter history(Maker make) {
    Tensor x = make.ones(2, 4).requiresGrad_();
    Tensor y = x.add(1);
    String ones = "tensor([[1., 1., 1., 1.],\n        [1., 1., 1., 1.]]";
    return new Chapter("4.1 - 4.3", "a tensor knows what made it")
        .given("Tensor x = ones(2, 4).requiresGrad_(), y = x.add(1);")
        .shows("x", () -> x, ones + ", requires_grad=True)")
        .shows(
            "y",
            () -> y,
            "tensor([[2., 2., 2., 2.],\n        [2., 2., 2., 2.]], grad_fn=<AddBackward0>)")
        .shows("y.gradFn()", y::gradFn, "<AddBackward0 object at 0x...>")
        .shows("x.detach_()", x::detach_, ones + ")")
        .shows("x.requiresGrad()", x::requiresGrad, "False")
        .shows("y.requiresGrad()", y::requiresGrad, "True");
  }

  private static Chapter switchedOff(Maker make) {
    Tensor x = make.zeros(2, 3).requiresGrad_();
    Tensor ones = make.ones(2, 4).requiresGrad_();
    return new Chapter("4.4, 4.5", "recording switched off")
        .given("Tensor x = zeros(2, 3).requiresGrad_(), ones = ones(2, 4).requiresGrad_();")
        .shows(
            "x.requiresGrad_(false)",
            () -> x.requiresGrad_(false),
            "tensor([[0., 0., 0.],\n        [0., 0., 0.]])")
        .shows(
            "noGrad(() -> ones.add(1))",
            () -> noGrad(() -> ones.add(1)),
            "tensor([[2., 2., 2., 2.],\n        [2., 2., 2., 2.]])");
  }

  private static Tensor e(Tensor x, Tensor y, Tensor z) {
    return x.pow(4).mul(2).sub(y.pow(3)).add(z.pow(2).mul(3));
  }

  private static Chapter byHand(Maker make) {
    Tensor x = make.tensor(1, 2);
    Tensor y = make.tensor(3, 4);
    Tensor z = make.tensor(5, 6);
    return new Chapter("4.6", "e = 2 x⁴ - y³ + 3 z², differentiated by hand")
        .given(
            "Tensor x = tensor(new float[] {1, 2});",
            "Tensor y = tensor(new float[] {3, 4});",
            "Tensor z = tensor(new float[] {5, 6});",
            "Tensor e = x.pow(4).mul(2).sub(y.pow(3)).add(z.pow(2).mul(3));")
        .shows("e", () -> e(x, y, z), "tensor([50., 76.])")
        .shows("x.pow(3).mul(8)", () -> x.pow(3).mul(8), "tensor([ 8., 64.])")
        .shows("y.pow(2).mul(-3)", () -> y.pow(2).mul(-3), "tensor([-27., -48.])")
        .shows("z.mul(6)", () -> z.mul(6), "tensor([30., 36.])");
  }

  private static Chapter byMachine(Maker make) {
    Tensor x = make.tensor(1, 2).requiresGrad_();
    Tensor y = make.tensor(3, 4).requiresGrad_();
    Tensor z = make.tensor(5, 6).requiresGrad_();
    Tensor e = e(x, y, z);
    String equal = "tensor([True, True])";
    return new Chapter("4.7, 4.8", "and by machine: exactly the same")
        .given("// the same x, y, z, now with requiresGrad_()")
        .shows("e", () -> e, "tensor([50., 76.], grad_fn=<AddBackward0>)")
        .does("e.backward(ones(2))", () -> e.backward(make.ones(2)))
        .shows("x.grad()", x::grad, "tensor([ 8., 64.])")
        .shows("y.grad()", y::grad, "tensor([-27., -48.])")
        .shows("z.grad()", z::grad, "tensor([30., 36.])")
        .shows("x.pow(3).mul(8).eq(x.grad())", () -> same(x.pow(3).mul(8), x), equal)
        .shows("y.pow(2).mul(-3).eq(y.grad())", () -> same(y.pow(2).mul(-3), y), equal)
        .shows("z.mul(6).eq(z.grad())", () -> same(z.mul(6), z), equal);
  }

  private static Tensor same(Tensor expected, Tensor leaf) {
    return expected.eq(java.util.Objects.requireNonNull(leaf.grad()));
  }
}
