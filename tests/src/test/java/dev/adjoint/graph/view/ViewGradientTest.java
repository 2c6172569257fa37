package dev.adjoint.graph.view;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adjoint.Expect;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// Views pass their gradient to the places they show, once for each time they show them.
class ViewGradientTest extends OnEachDevice {

  private void gradient(UnaryOperator<Tensor> view, double... expected) {
    Tensor x = counting(2, 3).requiresGrad_();
    Tensor y = view.apply(x);
    y.mul(counting(y.shape().toArray()).add(1)).sum().backward();
    Expect.values(x.grad(), expected);
    Expect.shape(Expect.gradOf(x), 2, 3);
  }

  @Test
  void gradientsGoBackToTheirPlaces() {
    gradient(x -> x.t(), 1, 3, 5, 2, 4, 6);
    gradient(x -> x.view(3, 2), 1, 2, 3, 4, 5, 6);
    gradient(x -> x.view(-1), 1, 2, 3, 4, 5, 6);
    gradient(x -> x.t().reshape(6), 1, 3, 5, 2, 4, 6);
    gradient(x -> x.select(1, 1), 0, 1, 0, 0, 2, 0);
    gradient(x -> x.narrow(1, 1, 2), 0, 1, 2, 0, 3, 4);
    gradient(x -> x.slice(1, 0, 3, 2), 1, 0, 2, 3, 0, 4);
    gradient(x -> x.diagonal(), 1, 0, 0, 0, 2, 0);
    gradient(x -> x.unsqueeze(1).squeeze(1), 1, 2, 3, 4, 5, 6);
    gradient(x -> x.permute(1, 0).transpose(0, 1), 1, 2, 3, 4, 5, 6);
    gradient(x -> x.flatten(), 1, 2, 3, 4, 5, 6);
    gradient(x -> x.narrow(0, 1, 0), 0, 0, 0, 0, 0, 0);
  }

  @Test
  void anExpandedTensorSumsItsGradients() {
    Tensor x = leaf(1, 2);
    x.expand(3, 2).mul(counting(3, 2)).sum().backward();
    Expect.values(x.grad(), 0 + 2 + 4, 1 + 3 + 5);
  }

  @Test
  void gradientsWithoutStridesOfTheirOwnAreTaken() {
    // The gradient of a sum is one number, expanded.
    Tensor v = leaf(1, 2, 3);
    v.expand(2, 3).select(0, 1).sum().backward();
    Expect.values(v.grad(), 1, 1, 1);
    Tensor s = leaf(1, 2, 3);
    s.expand(2, 3).narrow(1, 0, 2).sum().backward();
    Expect.values(s.grad(), 2, 2, 0);
    Tensor d = leaf(1, 2, 3);
    d.expand(3, 3).diagonal().sum().backward();
    Expect.values(d.grad(), 1, 1, 1);
    Tensor x = counting(2, 3).requiresGrad_();
    x.select(0, 1).sum().backward();
    Expect.values(x.grad(), 0, 0, 0, 1, 1, 1);
  }

  @Test
  void splitPiecesShareOneNode() {
    Tensor x = counting(5).requiresGrad_();
    List<Tensor> parts = x.split(2, 0);
    assertEquals(3, parts.size());
    parts.get(0).mul(2).sum().add(parts.get(2).mul(5).sum()).backward();
    Expect.values(x.grad(), 2, 2, 0, 0, 5);
  }

  @Test
  void unboundPiecesGatherTheirGradients() {
    Tensor x = counting(3, 2).requiresGrad_();
    List<Tensor> rows = x.unbind();
    rows.get(0).mul(rows.get(2)).sum().backward();
    Expect.values(x.grad(), 4, 5, 0, 0, 0, 1);
    Tensor y = counting(2, 3).requiresGrad_();
    List<Tensor> columns = y.unbind(1);
    columns.get(1).mul(3).sum().backward();
    Expect.values(y.grad(), 0, 3, 0, 0, 3, 0);
  }

  @Test
  void viewNodesHavePyTorchsNames() {
    Tensor x = counting(2, 3).requiresGrad_();
    assertEquals("TBackward0", x.t().gradFn().name());
    assertEquals("TransposeBackward0", x.transpose(0, 1).gradFn().name());
    assertEquals("PermuteBackward0", x.permute(1, 0).gradFn().name());
    assertEquals("ViewBackward0", x.view(6).gradFn().name());
    assertEquals("ViewBackward0", x.reshape(6).gradFn().name());
    assertEquals("UnsafeViewBackward0", x.t().reshape(6).gradFn().name());
    assertEquals("SelectBackward0", x.select(0, 0).gradFn().name());
    assertEquals("SliceBackward0", x.narrow(0, 0, 1).gradFn().name());
    assertEquals("ExpandBackward0", x.expand(4, 2, 3).gradFn().name());
    assertEquals("UnsqueezeBackward0", x.unsqueeze(0).gradFn().name());
    assertEquals("SqueezeBackward0", x.squeeze().gradFn().name());
    assertEquals("SqueezeBackward1", x.squeeze(0).gradFn().name());
    assertEquals("UnbindBackward0", x.unbind().get(1).gradFn().name());
    assertEquals("SplitBackward0", x.split(1, 0).get(1).gradFn().name());
    assertEquals("SplitBackward0", x.chunk(2, 0).get(1).gradFn().name());
    assertEquals("SplitWithSizesBackward0", x.split(new long[] {1, 1}, 0).get(1).gradFn().name());
    assertEquals("DiagonalBackward0", x.diagonal().gradFn().name());
  }
}
