package dev.adjoint.examples.tour;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import java.util.List;

/// Seed 3, a blog: requires_grad, detach and detach_.
final class Detaching {
  private static final String NO_GRADIENT =
      "element 0 of tensors does not require grad and does not have a grad_fn";

  private Detaching() {}

  static List<Chapter> chapters(Maker make) {
    return List.of(
        polynomial(make), untracked(make), chained(make), detach(make), detachInPlace(make));
  }

  private static Tensor y(Tensor x) {
    return x.pow(2).add(x.mul(3)).add(2);
  }

  private static Tensor z(Tensor y) {
    return y.add(1).div(2).sub(0.5);
  }

  private static Chapter polynomial(Maker make) {
    Tensor x = make.scalar(3).requiresGrad_();
    Tensor y = y(x);
    return new Chapter("3.1", "y = x² + 3 x + 2 at 3")
        .given(
            "Tensor x = tensor(3.0f).requiresGrad_();", "Tensor y = x.pow(2).add(x.mul(3)).add(2);")
        .shows("y", () -> y, "tensor(20., grad_fn=<AddBackward0>)")
        .does("y.backward()", y::backward)
        .shows("x.grad()", x::grad, "tensor(9.)");
  }

  private static Chapter untracked(Maker make) {
    Tensor x = make.scalar(3);
    Tensor y = y(x);
    return new Chapter("3.2, 3.3, 3.7", "without requiresGrad_() there is no graph")
        .given("Tensor x = tensor(3.0f);", "Tensor y = x.pow(2).add(x.mul(3)).add(2);")
        .shows("tensor(3.0f).requiresGrad()", () -> Tensors.tensor(3.0f).requiresGrad(), "False")
        .shows("y", () -> y, "tensor(20.)")
        .fails("y.backward()", y::backward, NO_GRADIENT)
        .shows("x", () -> x, "tensor(3.)")
        .shows("x.requiresGrad_()", x::requiresGrad_, "tensor(3., requires_grad=True)");
  }

  private static Chapter chained(Maker make) {
    Tensor y = y(make.scalar(3).requiresGrad_());
    Tensor plain = y(make.scalar(3));
    return new Chapter("3.4", "z = (y + 1) / 2 - 0.5")
        .given("Tensor z = y.add(1).div(2).sub(0.5);")
        .shows("y", () -> y, "tensor(20., grad_fn=<AddBackward0>)")
        .shows("z", () -> z(y), "tensor(10., grad_fn=<SubBackward0>)")
        .shows("y    // untracked", () -> plain, "tensor(20.)")
        .shows("z    // untracked", () -> z(plain), "tensor(10.)");
  }

  private static Chapter detach(Maker make) {
    Tensor x = make.scalar(3).requiresGrad_();
    Tensor y = y(x);
    Tensor z = y.detach();
    return new Chapter("3.5", "detach() makes a new tensor")
        .given("Tensor z = y.detach();")
        .shows("y", () -> y, "tensor(20., grad_fn=<AddBackward0>)")
        .shows("z", () -> z, "tensor(20.)")
        .does("y.backward()", y::backward)
        .shows("x.grad()", x::grad, "tensor(9.)")
        .fails("z.backward()", z::backward, NO_GRADIENT);
  }

  private static Chapter detachInPlace(Maker make) {
    Tensor y = y(make.scalar(3).requiresGrad_());
    Tensor view = make.ones(2).mul(y).select(0, 0);
    return new Chapter("3.6", "detach_() changes the tensor itself")
        .shows("y.detach_()", y::detach_, "tensor(20.)")
        .shows("y.detach_() == y", () -> y.detach_() == y, "True")
        .fails("y.backward()", y::backward, NO_GRADIENT)
        .fails(
            "view.detach_()", view::detach_, "Can't detach views in-place. Use detach() instead");
  }
}
