package dev.adjoint.examples.tour;

import static dev.adjoint.Tensors.noGrad;

import dev.adjoint.Tensor;
import java.util.List;

/// Seed 2, a notebook: gradients of vectors, accumulation, and how not to record.
final class Notebook {
  private static final float[] X = {0.1049f, 0.8008f, -0.7523f, 0.0189f};
  private static final float[] V = {0.1f, 0.3f, 0.01f, 1.0f};

  private Notebook() {}

  static List<Chapter> chapters(Maker make) {
    return List.of(
        forward(make),
        backward(make),
        vector(make),
        accumulated(make),
        median(make),
        implicit(make),
        untracked(make),
        zeroed(make),
        notZeroed(make),
        twoInputs(make));
  }

  private static Tensor x(Maker make) {
    return make.tensor(X).requiresGrad_();
  }

  private static Tensor z(Tensor x) {
    return x.mul(x).mul(2);
  }

  private static Chapter forward(Maker make) {
    Tensor x = x(make);
    Tensor y = x.mul(2);
    return new Chapter("2.1 - 2.4", "how results print")
        .given(
            "Tensor x = tensor(new float[] {0.1049f, 0.8008f, -0.7523f, 0.0189f}).requiresGrad_();")
        .shows("x", () -> x, "tensor([ 0.1049,  0.8008, -0.7523,  0.0189], requires_grad=True)")
        .shows(
            "y = x.mul(2)",
            () -> y,
            "tensor([ 0.2098,  1.6016, -1.5046,  0.0378], grad_fn=<MulBackward0>)")
        .shows(
            "y.mul(y).mul(3)",
            () -> y.mul(y).mul(3),
            "tensor([1.3205e-01, 7.6954e+00, 6.7915e+00, 4.2865e-03],\n"
                + "       grad_fn=<MulBackward0>)")
        .shows(
            "z = x.mul(x).mul(2)",
            () -> z(x),
            "tensor([2.2008e-02, 1.2826e+00, 1.1319e+00, 7.1442e-04],\n"
                + "       grad_fn=<MulBackward0>)")
        .shows("z.mean()", () -> z(x).mean(), "tensor(0.6093, grad_fn=<MeanBackward0>)")
        .shows("z.median()", () -> z(x).median(), "tensor(0.0220, grad_fn=<MedianBackward0>)");
  }

  private static Chapter backward(Maker make) {
    Tensor x = x(make);
    return new Chapter("2.5", "the gradient of a mean")
        .does("z.mean().backward()", () -> z(x).mean().backward())
        .shows("x.grad()", x::grad, "tensor([ 0.1049,  0.8008, -0.7523,  0.0189])");
  }

  private static Chapter vector(Maker make) {
    Tensor x = x(make);
    Tensor v = make.tensor(V);
    return new Chapter("2.6", "a vector-Jacobian product")
        .given("Tensor v = tensor(new float[] {0.1f, 0.3f, 0.01f, 1.0f});")
        .does("z.backward(v)", () -> z(x).backward(v))
        .shows("x.grad()", x::grad, "tensor([ 0.0420,  0.9610, -0.0301,  0.0756])");
  }

  private static Chapter accumulated(Maker make) {
    Tensor x = make.tensor(0.10493f, 0.80082f, -0.75231f, 0.01894f).requiresGrad_();
    Tensor v = make.tensor(V);
    return new Chapter("2.7", "what the notebook shows: both, added up")
        .given(
            "Tensor x = tensor(new float[] {0.10493f, 0.80082f, -0.75231f,"
                + " 0.01894f}).requiresGrad_();")
        .does("z.mean().backward()", () -> z(x).mean().backward())
        .does("z.backward(v)", () -> z(x).backward(v))
        .shows("x.grad()", x::grad, "tensor([ 0.1469,  1.7618, -0.7824,  0.0947])");
  }

  private static Chapter median(Maker make) {
    Tensor x = x(make);
    return new Chapter("2.8", "a median passes its gradient to the element it is")
        .does("z.median().backward()", () -> z(x).median().backward())
        .shows("x.grad()", x::grad, "tensor([0.4196, 0.0000, -0.0000, 0.0000])");
  }

  private static Chapter implicit(Maker make) {
    Tensor x = x(make);
    return new Chapter("2.9", "only a scalar has the gradient 1")
        .fails(
            "z.backward()",
            () -> z(x).backward(),
            "grad can be implicitly created only for scalar outputs");
  }

  private static Chapter untracked(Maker make) {
    Tensor y = make.tensor(0.6976f, 0.0641f, 0.3627f, 0.2815f).requiresGrad_();
    String plain = "tensor([0.6976, 0.0641, 0.3627, 0.2815])";
    return new Chapter("2.10, 2.11", "three ways not to record")
        .given(
            "Tensor y = tensor(new float[] {0.6976f, 0.0641f, 0.3627f, 0.2815f}).requiresGrad_();")
        .shows(
            "noGrad(() -> y.add(2))",
            () -> noGrad(() -> y.add(2)),
            "tensor([2.6976, 2.0641, 2.3627, 2.2815])")
        .shows("y.detach()", y::detach, plain)
        .shows("y.requiresGrad_(false)", () -> y.requiresGrad_(false), plain);
  }

  private static Chapter zeroed(Maker make) {
    Tensor weights = make.ones(3).requiresGrad_();
    Chapter chapter =
        new Chapter("2.12", "five epochs that clear the gradient")
            .given("Tensor weights = ones(3).requiresGrad_();")
            .shows(
                "weights.mul(1.8).sum()",
                () -> weights.mul(1.8).sum(),
                "tensor(5.4000, grad_fn=<SumBackward0>)");
    for (int epoch = 0; epoch < 5; epoch++) {
      step(chapter, weights, "tensor([1.8000, 1.8000, 1.8000])")
          .does(
              "weights.grad().zero_()",
              () -> java.util.Objects.requireNonNull(weights.grad()).zero_());
    }
    return chapter;
  }

  private static Chapter notZeroed(Maker make) {
    Tensor weights = make.ones(3).requiresGrad_();
    Chapter chapter =
        new Chapter("2.12", "five epochs that do not")
            .given("Tensor weights = ones(3).requiresGrad_();");
    step(chapter, weights, "tensor([1.8000, 1.8000, 1.8000])");
    step(chapter, weights, "tensor([3.6000, 3.6000, 3.6000])");
    step(chapter, weights, "tensor([5.4000, 5.4000, 5.4000])");
    step(chapter, weights, "tensor([7.2000, 7.2000, 7.2000])");
    return step(chapter, weights, "tensor([9., 9., 9.])");
  }

  private static Chapter step(Chapter chapter, Tensor weights, String gradient) {
    return chapter
        .does("weights.mul(1.8).sum().backward()", () -> weights.mul(1.8).sum().backward())
        .shows("weights.grad()", weights::grad, gradient);
  }

  private static Chapter twoInputs(Maker make) {
    Tensor x = make.tensor(1, 2).requiresGrad_();
    Tensor y = make.tensor(3, 4).requiresGrad_();
    Tensor z = x.mul(y).add(y);
    return new Chapter("2.13", "two inputs")
        .given(
            "Tensor x = tensor(new float[] {1, 2}).requiresGrad_();",
            "Tensor y = tensor(new float[] {3, 4}).requiresGrad_();",
            "Tensor z = x.mul(y).add(y);")
        .shows("z", () -> z, "tensor([ 6., 12.], grad_fn=<AddBackward0>)")
        .does("z.backward(ones(2))", () -> z.backward(make.ones(2)))
        .shows("x.grad()", x::grad, "tensor([3., 4.])")
        .shows("y.grad()", y::grad, "tensor([2., 3.])");
  }
}
