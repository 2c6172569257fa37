package dev.adjoint.examples.tour;

import dev.adjoint.GradFn;
import dev.adjoint.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Seed 1, a video: how the graph is built, walked, saved from and guarded. Its last example is
/// [LargeExample].
final class AutogradExplained {
  private static final String ACCUMULATE = "<AccumulateGrad object at 0x...>";

  private AutogradExplained() {}

  static List<Chapter> chapters(Maker make) {
    return List.of(
        nothingRecorded(make),
        oneGradient(make),
        twoProducts(make),
        backwardFromTheMiddle(make),
        backwardFromTheEnd(make),
        overwritten(make),
        overwrittenButNotSaved(make),
        unbind(make));
  }

  /// The node that made a computed tensor.
  static GradFn node(Tensor computed) {
    return Objects.requireNonNull(computed.gradFn());
  }

  private static Chapter nothingRecorded(Maker make) {
    Tensor c = make.scalar(2).mul(make.scalar(3));
    return new Chapter("1.1", "nothing asks for a gradient, nothing is recorded")
        .given("Tensor a = tensor(2f), b = tensor(3f), c = a.mul(b);")
        .shows("c", () -> c, "tensor(6.)")
        .shows("c.requiresGrad()", c::requiresGrad, "False")
        .shows("c.isLeaf()", c::isLeaf, "True")
        .shows("c.gradFn()", c::gradFn, "None");
  }

  private static Chapter oneGradient(Maker make) {
    Tensor a = make.scalar(2).requiresGrad_();
    Tensor b = make.scalar(3);
    Tensor c = a.mul(b);
    return new Chapter("1.2, 1.3", "one factor asks for a gradient")
        .given("Tensor a = tensor(2f).requiresGrad_(), b = tensor(3f), c = a.mul(b);")
        .shows("c", () -> c, "tensor(6., grad_fn=<MulBackward0>)")
        .shows("c.requiresGrad()", c::requiresGrad, "True")
        .shows("c.isLeaf()", c::isLeaf, "False")
        .shows(
            "c.gradFn().nextFunctions()",
            () -> node(c).nextFunctions(),
            "((" + ACCUMULATE + ", 0), (None, 0))")
        .does("c.backward()", c::backward)
        .shows("a.grad()", a::grad, "tensor(3.)")
        .shows("b.grad()", b::grad, "None");
  }

  private static Chapter twoProducts(Maker make) {
    Tensor c = make.scalar(2).requiresGrad_().mul(make.scalar(3).requiresGrad_());
    Tensor e = c.mul(make.scalar(4).requiresGrad_());
    return new Chapter("1.4", "the graph holds nodes, each knows those before it")
        .given(
            "Tensor a = tensor(2f).requiresGrad_(), b = tensor(3f).requiresGrad_();",
            "Tensor d = tensor(4f).requiresGrad_();",
            "Tensor c = a.mul(b), e = c.mul(d);")
        .shows("e", () -> e, "tensor(24., grad_fn=<MulBackward0>)")
        .shows(
            "e.gradFn().nextFunctions()",
            () -> node(e).nextFunctions(),
            "((<MulBackward0 object at 0x...>, 0), (" + ACCUMULATE + ", 0))")
        .shows(
            "c.gradFn().equals(e.gradFn().nextFunctions().getFirst().function())",
            () -> node(c).equals(node(e).nextFunctions().getFirst().function()),
            "True");
  }

  private static Chapter backwardFromTheMiddle(Maker make) {
    Tensor a = make.scalar(2).requiresGrad_();
    Tensor b = make.scalar(3).requiresGrad_();
    Tensor c = a.mul(b);
    return new Chapter("1.5", "backward may start anywhere")
        .given("// the same a, b, c, d, e")
        .does("c.backward()", c::backward)
        .shows("a.grad()", a::grad, "tensor(3.)")
        .shows("b.grad()", b::grad, "tensor(2.)");
  }

  private static Chapter backwardFromTheEnd(Maker make) {
    Tensor a = make.scalar(2).requiresGrad_();
    Tensor b = make.scalar(3).requiresGrad_();
    Tensor c = a.mul(b);
    Tensor d = make.scalar(4).requiresGrad_();
    Tensor e = c.mul(d);
    List<Double> passing = new ArrayList<>();
    c.registerHook(g -> {
      passing.add(Objects.requireNonNull(g).item());
      return null;
    });
    return new Chapter("1.6", "the chain rule, edge by edge")
        .given(
            "// the same a, b, c, d, e",
            "c.registerHook(g -> { passing.add(g.item()); return null; });")
        .does("e.backward()", e::backward)
        .shows("d.grad()", d::grad, "tensor(6.)")
        .shows("passing", () -> passing, "[4.0]")
        .shows("a.grad()", a::grad, "tensor(12.)")
        .shows("b.grad()", b::grad, "tensor(8.)")
        .shows("c.grad()", c::grad, "None");
  }

  private static Chapter overwritten(Maker make) {
    Tensor c = make.scalar(2).requiresGrad_().mul(make.scalar(3).requiresGrad_());
    Tensor e = c.mul(make.scalar(4).requiresGrad_());
    return new Chapter("1.7", "what was saved must not be overwritten")
        .given("// the same a, b, c, d, e")
        .shows("c.version()", c::version, "0")
        .shows("c.add_(1)", () -> c.add_(1), "tensor(7., grad_fn=<AddBackward0>)")
        .shows("c.version()", c::version, "1")
        .fails(
            "e.backward()",
            e::backward,
            "one of the variables needed for gradient computation has been modified by an inplace"
                + " operation: [torch.FloatTensor []], which is output 0 of Add, is at version 1;"
                + " expected version 0 instead.");
  }

  private static Chapter overwrittenButNotSaved(Maker make) {
    Tensor a = make.scalar(2).requiresGrad_();
    Tensor b = make.scalar(3).requiresGrad_();
    Tensor c = a.mul(b);
    Tensor d = make.scalar(4).requiresGrad_();
    Tensor e = c.add(d);
    return new Chapter("1.8", "what nobody saved may be")
        .given("// a, b, c, d as before", "Tensor e = c.add(d);")
        .shows("c.add_(1)", () -> c.add_(1), "tensor(7., grad_fn=<AddBackward0>)")
        .does("e.backward()", e::backward)
        .shows("e", () -> e, "tensor(10., grad_fn=<AddBackward0>)")
        .shows("a.grad()", a::grad, "tensor(3.)")
        .shows("b.grad()", b::grad, "tensor(2.)")
        .shows("d.grad()", d::grad, "tensor(1.)");
  }

  private static Chapter unbind(Maker make) {
    Tensor a = make.tensor(1, 2, 3).requiresGrad_();
    List<Tensor> parts = a.unbind();
    Tensor b = parts.get(0);
    Tensor c = parts.get(1);
    Tensor d = parts.get(2);
    Tensor m = b.mul(c);
    Tensor e = m.mul(d);
    String unbind = "<UnbindBackward0 object at 0x...>";
    return new Chapter("1.9 - 1.11", "one node, several results")
        .given(
            "Tensor a = tensor(new float[] {1, 2, 3}).requiresGrad_();",
            "List<Tensor> parts = a.unbind();       // b, c, d",
            "Tensor m = b.mul(c), e = m.mul(d);")
        .shows("b", () -> b, "tensor(1., grad_fn=<UnbindBackward0>)")
        .shows("b.gradFn().equals(d.gradFn())", () -> node(b).equals(d.gradFn()), "True")
        .shows(
            "List.of(b.outputNr(), c.outputNr(), d.outputNr())",
            () -> List.of(b.outputNr(), c.outputNr(), d.outputNr()),
            "[0, 1, 2]")
        .shows(
            "b.gradFn().nextFunctions()",
            () -> node(b).nextFunctions(),
            "((" + ACCUMULATE + ", 0),)")
        .shows(
            "m.gradFn().nextFunctions()",
            () -> node(m).nextFunctions(),
            "((" + unbind + ", 0), (" + unbind + ", 1))")
        .shows(
            "e.gradFn().nextFunctions()",
            () -> node(e).nextFunctions(),
            "((<MulBackward0 object at 0x...>, 0), (" + unbind + ", 2))")
        .shows("e", () -> e, "tensor(6., grad_fn=<MulBackward0>)")
        .does("e.backward()", e::backward)
        .shows("a.grad()", a::grad, "tensor([6., 3., 2.])");
  }
}
