package dev.adjoint.examples.tour;

import static dev.adjoint.examples.tour.AutogradExplained.node;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import java.util.List;

/// Seed 1's last example: eleven tensors, an active leaf in the middle, a sum that meets its own term.
final class LargeExample {
  private static final String ACCUMULATE = "(<AccumulateGrad object at 0x...>, 0)";

  /// The tensors of the example; a, b, d and f need no gradient and are 2.
  private record Graph(Tensor c, Tensor e, Tensor g, Tensor h, Tensor i, Tensor j, Tensor k) {
    static Graph of(Maker make) {
      Tensor c = make.scalar(2).mul(make.scalar(2)).requiresGrad_();
      Tensor e = c.mul(make.scalar(2));
      Tensor g = e.mul(make.scalar(2));
      Tensor h = make.scalar(2).requiresGrad_();
      Tensor i = g.div(h);
      Tensor j = i.add(h);
      return new Graph(c, e, g, h, i, j, j.mul(i));
    }
  }

  private LargeExample() {}

  static List<Chapter> chapters(Maker make) {
    return List.of(
        structure(make), gradients(make), detached(make), secondTime(make), numbers(make));
  }

  private static Chapter structure(Maker make) {
    Graph t = Graph.of(make);
    return new Chapter("1.12", "the last example: k = j i, j = i + h, i = g / h, g = 4 c")
        .given(
            "Tensor a = tensor(2f), b = tensor(2f), d = tensor(2f), f = tensor(2f);",
            "Tensor c = a.mul(b).requiresGrad_(), e = c.mul(d), g = e.mul(f);",
            "Tensor h = tensor(2f).requiresGrad_();",
            "Tensor i = g.div(h), j = i.add(h), k = j.mul(i);")
        .shows("c", t::c, "tensor(4., requires_grad=True)")
        .shows("e", t::e, "tensor(8., grad_fn=<MulBackward0>)")
        .shows("g", t::g, "tensor(16., grad_fn=<MulBackward0>)")
        .shows("i", t::i, "tensor(8., grad_fn=<DivBackward0>)")
        .shows("j", t::j, "tensor(10., grad_fn=<AddBackward0>)")
        .shows("k", t::k, "tensor(80., grad_fn=<MulBackward0>)")
        .shows("k.gradFn().nextFunctions()", next(t.k), edges("Add", "Div"))
        .shows("j.gradFn().nextFunctions()", next(t.j), edges("Div", ""))
        .shows("i.gradFn().nextFunctions()", next(t.i), edges("Mul", ""))
        .shows(
            "// h has one accumulator, whoever uses it",
            () -> node(t.i).nextFunctions().get(1).equals(node(t.j).nextFunctions().get(1)),
            "True")
        .shows(
            "g.gradFn().nextFunctions()",
            next(t.g),
            "((<MulBackward0 object at 0x...>, 0), (None, 0))")
        .shows("e.gradFn().nextFunctions()", next(t.e), "(" + ACCUMULATE + ", (None, 0))");
  }

  private static java.util.function.Supplier<Object> next(Tensor computed) {
    return () -> node(computed).nextFunctions();
  }

  private static String edges(String first, String second) {
    return "(" + edge(first) + ", " + edge(second) + ")";
  }

  private static String edge(String op) {
    return op.isEmpty() ? ACCUMULATE : "(<" + op + "Backward0 object at 0x...>, 0)";
  }

  private static Chapter gradients(Maker make) {
    Graph t = Graph.of(make);
    return new Chapter("1.12, 1.13", "its gradients; computed tensors keep theirs when told to")
        .given("// the same tensors")
        .does("i.retainGrad()", t.i::retainGrad)
        .does("j.retainGrad()", t.j::retainGrad)
        .does("g.retainGrad()", t.g::retainGrad)
        .does("k.backward()", t.k::backward)
        .shows("c.grad()", t.c::grad, "tensor(36.)")
        .shows("h.grad()", t.h::grad, "tensor(-64.)")
        .shows("i.grad()", t.i::grad, "tensor(18.)")
        .shows("j.grad()", t.j::grad, "tensor(8.)")
        .shows("g.grad()", t.g::grad, "tensor(9.)")
        .shows("e.grad()", t.e::grad, "None");
  }

  private static Chapter detached(Maker make) {
    Graph t = Graph.of(make);
    Tensor m = t.k.detach();
    return new Chapter("1.14", "detach() leaves the graph and shares the memory")
        .given("Tensor m = k.detach();")
        .shows("m", () -> m, "tensor(80.)")
        .shows("m.requiresGrad()", m::requiresGrad, "False")
        .shows("m.isLeaf()", m::isLeaf, "True")
        .shows("m.gradFn()", m::gradFn, "None")
        .does("m.add_(1)", () -> m.add_(1))
        .shows("k", t::k, "tensor(81., grad_fn=<MulBackward0>)");
  }

  private static Chapter secondTime(Maker make) {
    Graph t = Graph.of(make);
    return new Chapter("1.15", "backward frees what was saved; the nodes stay")
        .given("// the same tensors")
        .does("k.backward()", t.k::backward)
        .shows("k.gradFn().nextFunctions()", next(t.k), edges("Add", "Div"))
        .fails(
            "k.backward()",
            t.k::backward,
            "Trying to backward through the graph a second time (or directly access saved tensors"
                + " after they have already been freed). Saved intermediate values of the graph are"
                + " freed when you call .backward() or autograd.grad().");
  }

  private static Chapter numbers(Maker make) {
    Graph t = Graph.of(make);
    Tensor matrix = make.ones(2, 2).mul(t.h);
    return new Chapter("1.16", "back to Java's own types")
        .shows("k.item()", t.k::item, "80.0")
        .shows("tensor(7)", () -> Tensors.tensor(7), "tensor(7)")
        .shows("ones(2, 2).mul(h).toList()", matrix::toList, "[[2.0, 2.0], [2.0, 2.0]]")
        .shows(
            "ones(2, 2).mul(h).detach().toDoubleArray()",
            () -> matrix.detach().toDoubleArray(),
            "[2.0, 2.0, 2.0, 2.0]");
  }
}
