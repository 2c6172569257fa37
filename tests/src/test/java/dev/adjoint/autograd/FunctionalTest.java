package dev.adjoint.autograd;

import static dev.adjoint.GradOption.CREATE_GRAPH;
import static dev.adjoint.GradOption.RETAIN_GRAPH;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.adjoint.Autograd;
import dev.adjoint.Expect;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.autograd.Functional.Products;
import dev.adjoint.type.GraphException;
import dev.adjoint.type.ShapeException;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Derivatives of functions.
class FunctionalTest extends OnEachDevice {

  @Test
  void aJacobianHasTheShapesOfOutputAndInput() {
    Tensor x = vector(1, 2, 3);
    Tensor j = Functional.jacobian(t -> t.square().reshape(3, 1).mul(vector(1, 10)), x);
    Expect.shape(j, 3, 2, 3);
    Expect.values(j, 2, 0, 0, 20, 0, 0, 0, 4, 0, 0, 40, 0, 0, 0, 6, 0, 0, 60);
    assertFalse(j.requiresGrad());
    assertNull(x.grad());
    Expect.shape(Functional.jacobian(Tensor::sum, x), 3);
    Expect.shape(Functional.jacobian(t -> t.narrow(0, 0, 0), x), 0, 3);
  }

  @Test
  void severalOutputsAndInputsMakeATable() {
    Tensor a = vector(1, 2);
    Tensor b = scalar(3);
    List<List<Tensor>> j =
        Functional.jacobian(
            in -> List.of(in.get(0).mul(in.get(1)), in.get(1).square()), List.of(a, b));
    Expect.values(j.get(0).get(0), 3, 0, 0, 3);
    Expect.values(j.get(0).get(1), 1, 2);
    Expect.values(j.get(1).get(0), 0, 0);
    Expect.values(j.get(1).get(1), 6);
  }

  @Test
  void whatDoesNotDependHasADerivativeOfZeros() {
    Tensor x = vector(1, 2);
    Expect.values(Functional.jacobian(t -> vector(5, 6), x), 0, 0, 0, 0);
    Expect.values(Functional.hessian(t -> t.sum(), x), 0, 0, 0, 0);
  }

  @Test
  void aHessianHoldsAllSecondDerivatives() {
    Tensor x = vector(1, 2);
    Expect.values(Functional.hessian(t -> t.pow(3).sum().add(t.prod()), x), 6, 1, 1, 12);
    List<List<Tensor>> h =
        Functional.hessian(
            in -> List.of(in.get(0).square().mul(in.get(1)).sum()), List.of(x, scalar(3)));
    Expect.values(h.get(0).get(0), 6, 0, 0, 6);
    Expect.values(h.get(0).get(1), 2, 4);
    Expect.values(h.get(1).get(0), 2, 4);
    Expect.values(h.get(1).get(1), 0);
    Expect.fails(
        GraphException.class,
        "The Tensor returned by the function given to hessian should contain a single element",
        () -> Functional.hessian(t -> t.square(), x));
  }

  @Test
  void aVectorIsMultipliedFromEitherSide() {
    Tensor x = vector(1, 2);
    Products left = Functional.vjp(t -> t.square().cumsum(0), x, vector(1, 10));
    Expect.values(left.output(), 1, 5);
    Expect.values(left.product(), 22, 40);
    Products right = Functional.jvp(t -> t.square().cumsum(0), x, vector(1, 10));
    Expect.values(right.output(), 1, 5);
    Expect.values(right.product(), 2, 42);
    assertFalse(left.output().requiresGrad() || right.product().requiresGrad());
    Expect.values(Functional.vjp(t -> t.square().sum(), x, null).product(), 2, 4);
  }

  @Test
  void theHessianIsMultipliedWithoutBeingComputed() {
    Tensor x = vector(1, 2);
    Tensor v = vector(1, 10);
    Products h = Functional.hvp(t -> t.pow(3).sum().add(t.prod()), x, v);
    Expect.values(h.output(), 11);
    Expect.values(h.product(), 16, 121);
    Expect.values(Functional.vhp(t -> t.pow(3).sum().add(t.prod()), x, v).product(), 16, 121);
    Expect.values(Functional.hvp(Tensor::sum, x, v).product(), 0, 0);
  }

  @Test
  void vectorsMustFit() {
    Tensor x = vector(1, 2);
    Expect.fails(
        ShapeException.class,
        "Entry 0 in v has invalid size: should be [2] but got [3].",
        () -> Functional.vjp(t -> t.square(), x, vector(1, 2, 3)));
    Expect.fails(
        GraphException.class,
        "The vector v can only be None if the user-provided function returns a single Tensor with a"
            + " single element.",
        () -> Functional.vjp(t -> t.square(), x, null));
    Expect.fails(
        GraphException.class,
        "v is a tuple of invalid length: should be 1 but got 2.",
        () -> Functional.vjp(in -> List.of(in.get(0)), List.of(x), List.of(x, x)));
  }

  @Test
  void recordedResultsAreDifferentiatedThroughTheInputsHistory() {
    Tensor x = leaf(2);
    Tensor y = x.mul(3);
    Tensor j = Functional.jacobian(t -> t.pow(3), y, CREATE_GRAPH);
    Expect.values(j, 108);
    Expect.values(Autograd.grad(j, x, RETAIN_GRAPH), 108);
    Products p = Functional.jvp(t -> t.pow(3), y, vector(1), CREATE_GRAPH);
    Expect.values(Autograd.grad(p.product(), x, RETAIN_GRAPH), 108);
    Products h = Functional.hvp(t -> t.pow(3).sum(), y, vector(1), CREATE_GRAPH);
    Expect.values(Autograd.grad(h.product(), x), 18);
  }

  @Test
  void derivativesAreTakenInsideNoGradToo() {
    Tensor x = vector(1, 2);
    Expect.values(Autograd.noGrad(() -> Functional.jacobian(Tensor::sum, x)), 1, 1);
  }

  @Test
  void manyGradientsAreCarriedBackAtOnce() {
    Tensor x = leaf(1, 2);
    Tensor y = x.square();
    Tensor v = matrix(row(1, 0), row(0, 1), row(1, 1));
    List<Tensor> g = Functional.batchedGrad(List.of(y), List.of(x), List.of(v));
    Expect.shape(g.getFirst(), 3, 2);
    Expect.values(g.getFirst(), 2, 0, 0, 4, 2, 4);
    assertNull(x.grad());
    for (Tensor wrong : List.of(matrix(row(1, 2, 3)), vector(1, 2), scalar(1))) {
      Expect.fails(
          ShapeException.class,
          "If `is_grads_batched=True`, we interpret the first dimension of each grad_output as the batch"
              + " dimension. The sizes of the remaining dimensions are expected to match the shape of"
              + " corresponding output, but a mismatch was detected: grad_output[0] has a shape of",
          () -> Functional.batchedGrad(List.of(y), List.of(x), List.of(wrong)));
    }
    Expect.fails(
        GraphException.class,
        "got 1 tensors and 2 gradients",
        () -> Functional.batchedGrad(List.of(y), List.of(x), List.of(v, v)));
  }
}
