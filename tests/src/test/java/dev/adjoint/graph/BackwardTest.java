package dev.adjoint.graph;

import static dev.adjoint.GradOption.RETAIN_GRAPH;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.adjoint.Autograd;
import dev.adjoint.Expect;
import dev.adjoint.GradFn;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.type.DType;
import dev.adjoint.type.GraphException;
import dev.adjoint.type.ShapeException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// What a backward pass starts from and where its gradients arrive.
class BackwardTest extends OnEachDevice {

  @Test
  void everyLeafGetsItsAnalyticGradient() {
    Tensor x = leaf(1, 2, -3);
    Tensor y = leaf(2, 4, 0.5);
    Tensor z = leaf(3, -1, 2);
    x.add(y.mul(z)).add(z.pow(2).mul(4).mul(x).div(y)).backward(vector(1, 2, 3));
    Expect.close(x.grad(), 1e-6, 1 + 36 / 2., 2 * (1 + 4 / 4.), 3 * (1 + 16 / .5));
    Expect.close(y.grad(), 1e-6, 3 - 36 / 4., 2 * (-1 - 8 / 16.), 3 * (2 + 48 / .25));
    Expect.close(z.grad(), 1e-6, 2 + 24 / 2., 2 * (4 - 16 / 4.), 3 * (.5 - 48 / .5));
  }

  @Test
  void backwardOnALeafIsItsOwnGradient() {
    Tensor x = leaf(1, 2);
    x.backward(vector(3, 4));
    Expect.values(x.grad(), 3, 4);
  }

  @Test
  void oneElementOfAnyRankNeedsNoVector() {
    for (long[] shape : new long[][] {{}, {1}, {1, 1}}) {
      Tensor x = ones(shape).requiresGrad_();
      x.mul(3).backward();
      Expect.values(x.grad(), 3);
      Expect.shape(Expect.gradOf(x), shape);
    }
  }

  @Test
  void manyElementsNeedAVector() {
    Tensor y = leaf(1, 2).mul(2);
    Expect.fails(
        GraphException.class,
        "grad can be implicitly created only for scalar outputs",
        y::backward);
  }

  @Test
  void theVectorMustHaveTheRootsShape() {
    Tensor y = leaf(1, 2).mul(2);
    Expect.fails(
        ShapeException.class,
        "Mismatch in shape: grad_output[0] has a shape of torch.Size([3]) and output[0] has a shape"
            + " of torch.Size([2]).",
        () -> y.backward(ones(3)));
    Expect.fails(
        ShapeException.class,
        "Mismatch in shape: grad_output[0] has a shape of torch.Size([]) and output[0] has a shape"
            + " of torch.Size([2]).",
        () -> y.backward(scalar(1)));
  }

  @Test
  void theVectorTakesTheRootsType() {
    Tensor x = leaf(1, 2);
    x.mul(2).backward(vector(3, 4).to(DType.INT64));
    Expect.values(x.grad(), 6, 8);
    assertEquals(DType.FLOAT32, Expect.gradOf(x).dtype());
  }

  @Test
  void aRootOutsideTheGraphIsNamedByItsPosition() {
    Tensor x = leaf(1);
    Tensor y = vector(1);
    Expect.fails(
        GraphException.class,
        "element 0 of tensors does not require grad and does not have a grad_fn",
        y::backward);
    Expect.fails(
        GraphException.class,
        "element 1 of tensors does not require grad and does not have a grad_fn",
        () -> Autograd.backward(List.of(x.mul(2), y), null));
    assertNull(x.grad());
  }

  @Test
  void rootsAndVectorsMustBeAsMany() {
    Tensor x = leaf(1);
    List<Tensor> roots = List.of(x.mul(2), x.mul(3));
    Expect.fails(
        GraphException.class,
        "got 2 tensors and 1 gradients",
        () -> Autograd.backward(roots, List.of(ones(1))));
    Expect.fails(
        GraphException.class,
        "got 2 tensors and 3 gradients",
        () -> Autograd.backward(roots, List.of(ones(1), ones(1), ones(1))));
  }

  @Test
  void twoRootsAddUp() {
    Tensor x = leaf(2, 3);
    Tensor y = leaf(5, 7);
    Tensor q = x.mul(y).add(x);
    Tensor r = q.mul(2).add(y);
    Autograd.backward(List.of(q, r), Arrays.asList(vector(1, 2), vector(10, 20)));
    // d/dq arrives from q itself and twice from r
    Expect.values(x.grad(), 21 * 6, 42 * 8);
    Expect.values(y.grad(), 21 * 2 + 10, 42 * 3 + 20);
  }

  @Test
  void aRootNamedTwiceCountsTwice() {
    Tensor x = leaf(3);
    Tensor y = x.mul(x);
    Autograd.backward(List.of(y, y), List.of(ones(1), vector(2)));
    Expect.values(x.grad(), 18);
  }

  @Test
  void aRootBehindAnotherRootWaitsForIt() {
    Tensor x = leaf(3);
    Tensor y = x.pow(2);
    Tensor z = y.pow(3);
    Autograd.backward(List.of(y, z), List.of(ones(1), ones(1)));
    Expect.values(x.grad(), 6 + 6 * 243);
  }

  @Test
  void theUnusedPartsOfAChunkGetZeros() {
    Tensor x = counting(4, 2).requiresGrad_();
    List<Tensor> parts = x.chunk(2, 0);
    Tensor g = vector(1, 2, 3, 4).reshape(2, 2);
    parts.get(0).mul(2).backward(g);
    Expect.values(x.grad(), 2, 4, 6, 8, 0, 0, 0, 0);
  }

  @Test
  void aTensorUsedOnBothSidesGetsBothGradients() {
    Tensor x = scalarLeaf(3);
    x.mul(x).backward();
    Expect.values(x.grad(), 6);
  }

  @Test
  void whatSavesNothingRunsBackwardTwice() {
    Tensor x = leaf(1, 2);
    Tensor y = x.add(1).sum();
    y.backward();
    y.backward();
    Expect.values(x.grad(), 2, 2);
  }

  @Test
  void aConstantFactorIsNotSavedAsATensor() {
    Tensor x = leaf(1);
    Tensor y = x.mul(x);
    y.backward(RETAIN_GRAPH);
    y.backward();
    Expect.values(x.grad(), 4);
  }

  @Test
  void theGraphIsSharedButEachPassReachesAllOfIt() {
    Tensor x = scalarLeaf(2);
    Tensor shared = x.pow(2);
    Tensor a = shared.mul(3);
    Tensor b = shared.add(1);
    a.backward(RETAIN_GRAPH);
    b.backward();
    Expect.values(x.grad(), 12 + 4);
  }

  @Test
  void backwardInStagesEqualsOneBackward() {
    Tensor x = leaf(1, 2, 3);
    Tensor middle = x.mul(x);
    Tensor cut = middle.detach().requiresGrad_();
    cut.mul(vector(2, 3, 4)).sum().backward();
    middle.backward(Expect.gradOf(cut));
    Tensor whole = leaf(1, 2, 3);
    whole.mul(whole).mul(vector(2, 3, 4)).sum().backward();
    Expect.values(x.grad(), Expect.gradOf(whole).toDoubleArray());
  }

  @Test
  void inputsOfNodesAreNodesWithOutputNumbers() {
    Tensor x = leaf(1, 2);
    Tensor y = leaf(3, 4);
    Tensor a = x.add(y);
    assertEquals("AccumulateGrad 0, AccumulateGrad 0", Expect.next(a.gradFn()));
    Tensor b = a.add(5);
    assertEquals("AddBackward0 0, -", Expect.next(b.gradFn()));
    GradFn node = Objects.requireNonNull(b.gradFn());
    assertSame(a.gradFn(), node.nextFunctions().get(0).function());
    GradFn first = Objects.requireNonNull(a.gradFn()).nextFunctions().get(0).function();
    GradFn again = Objects.requireNonNull(x.mul(2).gradFn()).nextFunctions().get(0).function();
    assertSame(first, again, "a leaf has one accumulator");
  }

  @Test
  void theVarianceOfFewerThanItsCorrectionHasPyTorchsGradient() {
    Tensor x = leaf(1, 2);
    x.var(new int[] {0}, 2, false).backward();
    Expect.values(x.grad(), Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
    x.setGrad(null);
    x.var(new int[] {0}, 3, false).backward();
    Expect.values(x.grad(), 1, -1);
  }
}
