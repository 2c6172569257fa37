package dev.adjoint.graph;

import static dev.adjoint.GradOption.ALLOW_UNUSED;
import static dev.adjoint.GradOption.CREATE_GRAPH;
import static dev.adjoint.GradOption.MATERIALIZE_GRADS;
import static dev.adjoint.GradOption.RETAIN_GRAPH;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.adjoint.Autograd;
import dev.adjoint.Expect;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.type.GraphException;
import dev.adjoint.type.ShapeException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Gradients that are returned instead of collected.
class GradTest extends OnEachDevice {
  private static final String UNUSED =
      " appears to not have been used in the graph. Set allow_unused=True if this is the desired"
          + " behavior.";

  @Test
  void gradReturnsAndCollectsNothing() {
    Tensor x = leaf(1, 2);
    Tensor y = leaf(3, 4);
    Tensor z = x.mul(x).mul(y).sum();
    List<Tensor> grads = Autograd.grad(List.of(z), List.of(x, y), null);
    Expect.values(grads.get(0), 6, 16);
    Expect.values(grads.get(1), 1, 4);
    assertNull(x.grad());
    assertNull(y.grad());
    assertFalse(grads.get(0).requiresGrad());
  }

  @Test
  void collectedGradientsStayAsTheyWere() {
    Tensor x = leaf(1, 2);
    x.mul(x).sum().backward();
    Expect.values(Autograd.grad(x.mul(5).sum(), x), 5, 5);
    Expect.values(x.grad(), 2, 4);
  }

  @Test
  void vectorsWeighTheOutputs() {
    Tensor x = leaf(1, 2);
    List<Tensor> outputs = List.of(x.mul(2), x.mul(x));
    List<Tensor> weights = List.of(vector(1, 10), vector(100, 1000));
    Expect.values(Autograd.grad(outputs, List.of(x), weights).getFirst(), 2 + 200, 20 + 4000);
  }

  @Test
  void aMissingVectorMeansOneForAScalar() {
    Tensor x = leaf(2);
    List<Tensor> outputs = List.of(x.mul(2), x.mul(x));
    List<Tensor> weights = Arrays.asList(null, vector(10));
    Expect.values(Autograd.grad(outputs, List.of(x), weights).getFirst(), 42);
  }

  @Test
  void aVectorOfAnotherShapeIsRefused() {
    Tensor x = leaf(1, 2);
    Expect.fails(
        ShapeException.class,
        "Mismatch in shape: grad_output[0] has a shape of torch.Size([1]) and output[0] has a shape"
            + " of torch.Size([2]).",
        () -> Autograd.grad(List.of(x.mul(2)), List.of(x), List.of(ones(1))));
  }

  @Test
  void computedTensorsMayBeInputs() {
    Tensor x = leaf(1, 2);
    Tensor y = leaf(3, 4);
    Tensor middle = x.mul(y);
    Tensor z = middle.mul(middle).sum();
    Expect.values(Autograd.grad(z, middle, RETAIN_GRAPH), 6, 16);
    Expect.values(Autograd.grad(z, middle), 6, 16);
    assertNull(x.grad());
    assertNull(middle.grad());
  }

  @Test
  void anInputMayBeTheOutputOrComeTwice() {
    Tensor x = scalarLeaf(3);
    Tensor y = x.mul(x);
    List<Tensor> grads = Autograd.grad(List.of(y), List.of(y, x, x), null);
    Expect.values(grads.get(0), 1);
    Expect.values(grads.get(1), 6);
    Expect.values(grads.get(2), 6);
  }

  @Test
  void twoOutputsOfOneNodeMayBothBeInputs() {
    Tensor x = counting(4).requiresGrad_();
    x.registerHook(g -> {
      throw new AssertionError("the leaf was not asked for");
    });
    List<Tensor> parts = x.mul(1).split(2, 0);
    Tensor z = parts.get(0).mul(parts.get(1)).sum();
    List<Tensor> grads = Autograd.grad(List.of(z), parts, null);
    Expect.values(grads.get(0), 2, 3);
    Expect.values(grads.get(1), 0, 1);
    assertNull(x.grad());
  }

  @Test
  void untrackedOutputsAndInputsAreRefused() {
    Tensor x = leaf(1);
    Tensor y = vector(1);
    Expect.fails(
        GraphException.class,
        "One of the differentiated Tensors does not require grad",
        () -> Autograd.grad(x.mul(2), y));
    Expect.fails(
        GraphException.class,
        "element 0 of tensors does not require grad and does not have a grad_fn",
        () -> Autograd.grad(y, x));
    Expect.fails(
        GraphException.class,
        "`inputs` argument to `grad()` cannot be empty.",
        () -> Autograd.grad(List.of(x.mul(2)), List.of(), null));
  }

  @Test
  void anUnusedInputIsAnErrorUnlessAllowed() {
    Tensor x = leaf(1);
    Tensor fresh = leaf(1);
    Tensor used = leaf(1);
    used.mul(2).backward();
    for (Tensor unused : List.of(fresh, used)) {
      Tensor y = x.mul(3);
      Expect.fails(
          GraphException.class,
          "The differentiated Tensor at index 1" + UNUSED,
          () -> Autograd.grad(List.of(y), List.of(x, unused), null, RETAIN_GRAPH));
      List<Tensor> grads =
          Autograd.grad(List.of(y), List.of(x, unused), null, RETAIN_GRAPH, ALLOW_UNUSED);
      Expect.values(grads.get(0), 3);
      assertNull(grads.get(1));
    }
  }

  @Test
  void unusedInputsMaterializeAsZeros() {
    Tensor x = leaf(1);
    Tensor unused = ones(2, 3).requiresGrad_();
    List<Tensor> grads =
        Autograd.grad(List.of(x.mul(3)), List.of(x, unused), null, MATERIALIZE_GRADS);
    Expect.values(grads.get(0), 3);
    Expect.values(grads.get(1), 0, 0, 0, 0, 0, 0);
    Expect.shape(grads.get(1), 2, 3);
    assertFalse(grads.get(1).requiresGrad());
  }

  @Test
  void nodesThatLeadToNoInputDoNotRunAndKeepTheirSavedTensors() {
    Tensor x = scalarLeaf(2);
    Tensor y = scalarLeaf(3);
    Tensor side = y.mul(y);
    Tensor main = x.mul(x);
    Tensor z = side.add(main);
    Expect.values(Autograd.grad(z, x), 4);
    side.backward();
    Expect.values(y.grad(), 6);
  }

  @Test
  void gradUnderNoGradStillWorks() {
    Tensor x = scalarLeaf(2);
    Tensor y = x.mul(x).mul(x);
    Tensor first = dev.adjoint.Tensors.noGrad(() -> Autograd.grad(y, x, CREATE_GRAPH));
    Expect.values(first, 12);
    Expect.values(Autograd.grad(first, x), 12);
    assertEquals(12, first.item());
  }

  @Test
  void anInputThatIsNotUsedIsNoNullPointer() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(2).sum();
    Expect.fails(
        GraphException.class,
        "grad: the input was not used",
        () -> Autograd.grad(y, leaf(3), ALLOW_UNUSED));
  }
}
