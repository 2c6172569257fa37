package dev.adjoint.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Expect;
import dev.adjoint.Index;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.type.DType;
import dev.adjoint.type.GraphException;
import org.junit.jupiter.api.Test;

/// Gradients through subscripts, read and assigned.
class IndexingGradientTest extends OnEachDevice {

  private Tensor places(long... values) {
    return Tensors.tensor(values, DType.INT64, device);
  }

  private void reads(double[] expected, Index... subscript) {
    Tensor x = counting(3, 4).requiresGrad_();
    x.get(subscript).sum().backward();
    Expect.values(x.grad(), expected);
  }

  @Test
  void everyFormOfSubscriptPassesItsGradientBack() {
    reads(row(0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0), Index.at(1), Index.at(2));
    reads(row(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1), Index.at(-1));
    reads(row(0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1), Index.all(), Index.slice(1, 4, 2));
    reads(row(0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1), Index.ellipsis(), Index.at(3));
    reads(row(1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0), Index.newAxis(), Index.to(2));
    reads(row(1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1), Index.of(places(0, 2)));
    reads(row(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0), Index.of(places(0, 1)), Index.of(places(0, 1)));
  }

  @Test
  void placesNamedTwiceCountTwice() {
    reads(row(2, 2, 2, 2, 1, 1, 1, 1, 0, 0, 0, 0), Index.of(places(0, 1, 0)));
  }

  @Test
  void aMaskPassesTheGradientToWhatItChose() {
    Tensor x = counting(2, 2).requiresGrad_();
    x.get(Index.of(x.gt(1))).mul(vector(3, 5)).sum().backward();
    Expect.values(x.grad(), 0, 0, 3, 5);
  }

  @Test
  void anAssignedConstantCutsTheGradient() {
    Tensor x = counting(2, 3).requiresGrad_();
    Tensor y = x.clone();
    y.set(7, Index.at(0), Index.from(1));
    y.sum().backward();
    Expect.values(x.grad(), 1, 0, 0, 1, 1, 1);
  }

  @Test
  void anAssignedTensorTakesTheGradient() {
    Tensor x = counting(2, 3).requiresGrad_();
    Tensor value = leaf(10, 20, 30);
    Tensor y = x.clone();
    long version = y.version();
    y.set(value, Index.at(1));
    assertEquals(version + 1, y.version());
    y.mul(counting(2, 3)).sum().backward();
    Expect.values(x.grad(), 0, 1, 2, 0, 0, 0);
    Expect.values(value.grad(), 3, 4, 5);
  }

  @Test
  void anAssignedNumberIsStretchedAndSumsItsGradient() {
    Tensor value = scalarLeaf(5);
    Tensor y = zeros(2, 3);
    y.set(value, Index.all(), Index.to(2));
    assertTrue(y.requiresGrad());
    y.sum().backward();
    Expect.values(value.grad(), 4);
  }

  @Test
  void aLeafThatAsksCannotBeAssignedTo() {
    Tensor x = leaf(1, 2);
    Expect.fails(
        GraphException.class,
        "a view of a leaf Variable that requires grad is being used in an in-place operation.",
        () -> x.set(1, Index.at(0)));
    assertEquals(0, x.version());
  }
}
