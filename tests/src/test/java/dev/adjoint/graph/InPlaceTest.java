package dev.adjoint.graph;

import static dev.adjoint.GradOption.RETAIN_GRAPH;
import static dev.adjoint.Tensors.noGrad;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.adjoint.Expect;
import dev.adjoint.Index;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.type.DType;
import dev.adjoint.type.DTypeException;
import dev.adjoint.type.GraphException;
import dev.adjoint.type.ShapeException;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// Operations that overwrite a tensor, and what becomes of its history.
class InPlaceTest extends OnEachDevice {
  private static final String MODIFIED =
      "one of the variables needed for gradient computation has been modified by an inplace"
          + " operation: ";

  @Test
  void aSumDoesNotMindThatItsOperandIsOverwrittenAProductDoes() {
    Tensor x = ones(2).requiresGrad_();
    Tensor y = vector(4, 4).requiresGrad_();
    Tensor z = x.mul(y);
    Tensor q = z.add(y);
    Tensor w = z.mul(y);
    z.add_(2);
    q.backward(ones(2), RETAIN_GRAPH);
    Expect.fails(GraphException.class, MODIFIED, () -> w.backward(ones(2)));
  }

  @Test
  void theOverwrittenTensorItselfGoesOnWithTheNewHistory() {
    Tensor x = ones(2).requiresGrad_();
    Tensor y = vector(4, 4).requiresGrad_();
    Tensor z = x.mul(y);
    Tensor q = z.mul(y);
    Tensor r = z.add(y);
    Tensor w = z.add_(y);
    assertSame(z, w);
    assertEquals("AddBackward0", w.gradFn().name());
    w.backward(ones(2), RETAIN_GRAPH);
    Expect.values(x.grad(), 4, 4);
    Expect.values(y.grad(), 2, 2);
    r.backward(ones(2), RETAIN_GRAPH);
    Expect.fails(GraphException.class, MODIFIED, () -> q.backward(ones(2)));
  }

  @Test
  void anExponentialInPlaceSavesItsResult() {
    Tensor x = leaf(1, 1);
    Tensor m = x.div(2);
    Tensor z = m.add(0.5);
    Tensor q = z.mul(z);
    Tensor r = z.add(1);
    long before = z.version();
    Tensor w = z.exp_();
    assertNotEquals(before, z.version());
    r.backward(ones(2), RETAIN_GRAPH);
    Expect.values(x.grad(), 0.5, 0.5);
    w.backward(ones(2), RETAIN_GRAPH);
    Expect.close(x.grad(), 1e-6, (1 + Math.E) / 2, (1 + Math.E) / 2);
    Expect.fails(GraphException.class, MODIFIED, () -> q.backward(ones(2)));
  }

  @Test
  void aCloneOfALeafMayBeOverwritten() {
    Tensor leaf = ones(2).requiresGrad_();
    Tensor x = leaf.clone();
    x.add_(10);
    Expect.values(x, 11, 11);
    Tensor y = x.add(2);
    y.backward(ones(2));
    Expect.values(leaf.grad(), 1, 1);
    Tensor z = x.mul(y);
    x.add_(2);
    Expect.fails(GraphException.class, MODIFIED, () -> z.backward(ones(2)));
  }

  @Test
  void aLeafThatAsksCannotBeOverwritten() {
    Tensor x = leaf(1, 2);
    Expect.fails(
        GraphException.class,
        "a leaf Variable that requires grad is being used in an in-place operation.",
        () -> x.add_(1));
    Expect.fails(
        GraphException.class,
        "a view of a leaf Variable that requires grad is being used in an in-place operation.",
        () -> x.narrow(0, 0, 1).add_(1));
    Expect.values(x, 1, 2);
    assertEquals(0, x.version());
    noGrad(() -> x.narrow(0, 0, 1).add_(1));
    Expect.values(x, 2, 2);
  }

  @Test
  void aLeafMultipliedIntoItselfFailsOnlyInBackward() {
    Tensor x = leaf(2, 3);
    Tensor y = x.clone();
    y.mul_(y);
    Expect.values(y, 4, 9);
    Expect.fails(GraphException.class, MODIFIED, () -> y.sum().backward());
  }

  private void chain(UnaryOperator<Tensor> inPlace, UnaryOperator<Tensor> apart) {
    Tensor x = leaf(0.3, 0.7);
    Tensor y = leaf(0.3, 0.7);
    Tensor a = inPlace.apply(x.clone());
    Tensor b = apart.apply(y.clone());
    Expect.values(a, b.toDoubleArray());
    a.backward(vector(2, 3));
    b.backward(vector(2, 3));
    Expect.values(x.grad(), Expect.gradOf(y).toDoubleArray());
  }

  @Test
  void inPlaceGradientsAreThoseOfTheOperationApart() {
    chain(Tensor::exp_, Tensor::exp);
    chain(Tensor::sigmoid_, Tensor::sigmoid);
    chain(Tensor::tanh_, Tensor::tanh);
    chain(Tensor::relu_, Tensor::relu);
    chain(Tensor::sin_, Tensor::sin);
    chain(Tensor::sqrt_, Tensor::sqrt);
    chain(t -> t.pow_(2), t -> t.pow(2));
    chain(t -> t.pow_(1.5), t -> t.pow(1.5));
    chain(t -> t.mul_(vector(3, 4)), t -> t.mul(vector(3, 4)));
    chain(t -> t.div_(vector(3, 4)), t -> t.div(vector(3, 4)));
    chain(t -> t.add_(1).mul_(2).sub_(0.5), t -> t.add(1).mul(2).sub(0.5));
  }

  @Test
  void aConstantCopyCutsTheGradient() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(2);
    y.zero_();
    y.add(x).sum().backward();
    Expect.values(x.grad(), 1, 1);

    Tensor z = leaf(1, 2);
    Tensor w = z.mul(2);
    w.fill_(7);
    w.sum().backward();
    Expect.values(z.grad(), 0, 0);
  }

  @Test
  void copyPassesTheGradientToTheSourceInItsTypeAndShape() {
    Tensor target = zeros(2, 3);
    Tensor row = vector(1, 2, 3).to(DType.FLOAT64).requiresGrad_();
    target.copy_(row);
    Expect.values(target, 1, 2, 3, 1, 2, 3);
    assertEquals("CopyBackwards", target.gradFn().name());
    target.mul(counting(2, 3)).sum().backward();
    Expect.values(row.grad(), 3, 5, 7);
    assertEquals(DType.FLOAT64, Expect.gradOf(row).dtype());
  }

  @Test
  void theTargetsOwnGradientIsCutByACopy() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(2);
    y.copy_(vector(5, 6));
    y.sum().backward();
    Expect.values(x.grad(), 0, 0);
  }

  @Test
  void theTargetKeepsItsTypeAndShape() {
    Tensor integers = vector(1, 2).to(DType.INT64);
    Expect.fails(
        DTypeException.class,
        "result type Float can't be cast to the desired output type Long",
        () -> integers.add_(1.5));
    Tensor x = vector(1, 2);
    Expect.fails(
        ShapeException.class,
        "output with shape [2] doesn't match the broadcast shape [3, 2]",
        () -> x.add_(ones(3, 2)));
    Expect.fails(
        ShapeException.class,
        "unsupported operation: more than one element of the written-to tensor refers to a single"
            + " memory location. Please clone() the tensor before performing the operation.",
        () -> scalar(1).expand(3).add_(1));
    assertEquals(0, x.version());
    assertEquals(0, integers.version());
  }

  @Test
  void overlappingOperandsAreReadBeforeTheyAreWritten() {
    Tensor x = vector(1, 2, 3, 4);
    x.narrow(0, 1, 3).add_(x.narrow(0, 0, 3));
    Expect.values(x, 1, 3, 5, 7);
    Tensor y = matrix(row(1, 2), row(3, 4));
    y.add_(y.t());
    Expect.values(y, 2, 5, 5, 8);
    Tensor z = vector(1, 2, 3);
    z.narrow(0, 1, 2).copy_(z.narrow(0, 0, 2));
    Expect.values(z, 1, 1, 2);
  }

  @Test
  void untrackedTensorsStayUntracked() {
    Tensor x = vector(1, 2);
    x.mul_(2).exp_();
    assertNull(x.gradFn());
  }

  @Test
  void aDestinationOfAnotherFloatingTypePassesGradientsBothWays() {
    Tensor x = leaf(1, 2);
    Tensor wide = vector(3, 4).to(DType.FLOAT64).requiresGrad_();
    Tensor y = x.clone();
    y.mul_(wide);
    assertEquals(DType.FLOAT32, y.dtype());
    y.sum().backward();
    Expect.values(x.grad(), 3, 4);
    Expect.values(wide.grad(), 1, 2);
  }

  /// Long enough that a copy without a detour would read, in a later tile, what an earlier one wrote.
  @Test
  void overlappingOperandsAreReadAsTheyWereBeforeTheWrite() {
    double[] numbers = new double[5000];
    Arrays.setAll(numbers, i -> i);
    Tensor copied = vector(numbers);
    copied.slice(0, 2, 5000, 2).copy_(copied.slice(0, 0, 4998, 2));
    Tensor added = vector(numbers);
    added.slice(0, 2, 5000, 2).add_(added.slice(0, 0, 4998, 2));
    double[] shifted = numbers.clone();
    double[] sums = numbers.clone();
    for (int i = 2; i < 5000; i += 2) {
      shifted[i] = i - 2;
      sums[i] = 2 * i - 2;
    }
    Expect.values(copied, shifted);
    Expect.values(added, sums);
  }

  @Test
  void whatWouldOverwriteALeafIsNamed() {
    String view =
        "a view of a leaf Variable that requires grad is being used in an in-place operation. ";
    Tensor x = leaf(1, 2);
    Expect.fails(GraphException.class, view + "zero_ would", () -> x.select(0, 0).zero_());
    Expect.fails(GraphException.class, view + "fill_ would", () -> x.select(0, 0).fill_(3));
    Expect.fails(GraphException.class, view + "copy_ would", () -> x.set(3, Index.at(0)));
  }
}
