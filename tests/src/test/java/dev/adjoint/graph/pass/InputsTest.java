package dev.adjoint.graph.pass;

import static dev.adjoint.GradOption.RETAIN_GRAPH;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.adjoint.Autograd;
import dev.adjoint.Expect;
import dev.adjoint.GradFn;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.autograd.GradientEdge;
import dev.adjoint.type.GraphException;
import dev.adjoint.type.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Backward for some inputs, and places in the graph as roots and inputs.
class InputsTest extends OnEachDevice {

  @Test
  void onlyTheInputsCollect() {
    Tensor x = scalarLeaf(2);
    Tensor w = scalarLeaf(3);
    Tensor z = x.mul(w).square();
    Autograd.backward(List.of(z), null, List.of(x), RETAIN_GRAPH);
    Expect.values(x.grad(), 36);
    assertNull(w.grad());
    Autograd.backward(List.of(z), null, List.of(x, w));
    Expect.values(x.grad(), 72);
    Expect.values(w.grad(), 24);
  }

  @Test
  void aComputedInputRetainsItsGradientFromThenOn() {
    Tensor x = scalarLeaf(2);
    Tensor w = scalarLeaf(3);
    Tensor y = x.mul(w);
    Tensor z = y.mul(y);
    Autograd.backward(List.of(z), null, List.of(y), RETAIN_GRAPH);
    assertNull(x.grad());
    Expect.values(y.grad(), 12);
    z.backward();
    Expect.values(x.grad(), 36);
    Expect.values(y.grad(), 24);
  }

  @Test
  void theRootMayBeAnInput() {
    Tensor z = scalarLeaf(2).mul(3);
    Autograd.backward(List.of(z), null, List.of(z));
    Expect.values(z.grad(), 1);
  }

  @Test
  void anInputThatIsNotReachedKeepsWhatItHas() {
    Tensor x = scalarLeaf(2);
    Tensor unused = scalarLeaf(1);
    Autograd.backward(List.of(x.mul(3)), null, List.of(unused, x));
    assertNull(unused.grad());
    Expect.values(x.grad(), 3);
  }

  @Test
  void whatLiesBehindNoInputDoesNotRun() {
    Tensor x = scalarLeaf(2);
    Tensor side = scalarLeaf(3);
    Tensor branch = side.exp();
    List<String> ran = new ArrayList<>();
    branch
        .gradFn()
        .registerPrehook(g -> {
          ran.add("branch");
          return null;
        });
    side.registerHook(g -> {
      ran.add("side");
      return null;
    });
    Tensor z = x.mul(branch);
    Autograd.backward(List.of(z), null, List.of(x), RETAIN_GRAPH);
    assertEquals(List.of(), ran);
    assertNull(side.grad());
    z.backward();
    assertEquals(List.of("branch", "side"), ran);
  }

  @Test
  void aNodeComputesNoGradientThatIsNotAskedFor() {
    Tensor x = scalarLeaf(2);
    Tensor w = scalarLeaf(3);
    Tensor y = x.mul(w);
    List<List<Tensor>> made = new ArrayList<>();
    y.gradFn()
        .registerHook((gradients, given) -> {
          made.add(gradients);
          return null;
        });
    Autograd.backward(List.of(y), null, List.of(w), RETAIN_GRAPH);
    assertNull(made.getFirst().getFirst());
    Expect.values(made.getFirst().getLast(), 2);
    Autograd.backward(List.of(y), null, List.of(y), RETAIN_GRAPH);
    assertEquals(Arrays.asList(null, null), made.getLast());
    Expect.values(Autograd.grad(y, x, RETAIN_GRAPH), 3);
    assertNull(made.getLast().getLast());
    y.backward();
    Expect.values(made.getLast().getFirst(), 3);
    Expect.values(made.getLast().getLast(), 2);
  }

  @Test
  void nodesOfInputsRunWithTheirHooks() {
    Tensor x = scalarLeaf(2);
    Tensor y = x.mul(x);
    List<Double> seen = new ArrayList<>();
    y.gradFn()
        .registerPrehook(g -> {
          seen.add(g.getFirst().item());
          return null;
        });
    Autograd.backward(List.of(y.mul(5)), null, List.of(y));
    assertEquals(List.of(5.0), seen);
    assertNull(x.grad());
  }

  @Test
  void inputsMustBeThereAndRequireAGradient() {
    Tensor x = scalarLeaf(2);
    Tensor y = x.mul(3);
    Expect.fails(
        GraphException.class,
        "`inputs` argument to `backward()` cannot be empty.",
        () -> Autograd.backward(List.of(y), null, List.of()));
    Expect.fails(
        GraphException.class,
        "can't retain_grad on Tensor that has requires_grad=False: the input at index 1",
        () -> Autograd.backward(List.of(y), null, List.of(x, scalar(1))));
    assertNull(x.grad());
  }

  @Test
  void aPlaceStaysWhatItIsWhenItsTensorIsOverwritten() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(3);
    GradientEdge before = GradientEdge.of(y);
    y.mul_(2);
    Tensor root = y.sum();
    Expect.values(Autograd.grad(root, before, RETAIN_GRAPH), 2, 2);
    Expect.values(Autograd.grad(root, y), 1, 1);
  }

  @Test
  void aPlaceMayBeTheRoot() {
    Tensor x = leaf(1, 2);
    Expect.values(Autograd.grad(GradientEdge.of(x.mul(x).sum()), x), 2, 4);
    GradientEdge square = GradientEdge.of(x.mul(x));
    Expect.fails(
        GraphException.class,
        "grad can be implicitly created only for scalar outputs",
        () -> Autograd.backward(List.of(square), null));
    Expect.fails(
        ShapeException.class,
        "Mismatch in shape: grad_output[0] has a shape of torch.Size([3]) and output[0] has a shape of"
            + " torch.Size([2]).",
        () -> Autograd.backward(List.of(square), List.of(ones(3))));
    Autograd.backward(List.of(square), List.of(vector(1, 10)));
    Expect.values(x.grad(), 2, 40);
  }

  @Test
  void aLeafsPlaceCollects() {
    Tensor x = leaf(1, 2);
    Tensor w = leaf(3, 4);
    Tensor z = x.mul(w);
    GradientEdge edge = new GradientEdge(z.gradFn().nextFunctions().get(1).function(), 0);
    assertEquals(GradientEdge.of(w), edge);
    Autograd.backward(List.of(z.sum()), null, List.of(edge));
    assertNull(x.grad());
    Expect.values(w.grad(), 1, 2);
  }

  @Test
  void outputsOfANodeAreDifferentPlaces() {
    Tensor x = leaf(1, 2, 3);
    List<Tensor> parts = x.unbind();
    Tensor y = parts.get(0).mul(5).add(parts.get(2).mul(7));
    List<Tensor> found =
        Autograd.grad(
            List.of(y),
            List.of(GradientEdge.of(parts.get(2)), GradientEdge.of(parts.get(0))),
            null);
    Expect.values(found.get(0), 7);
    Expect.values(found.get(1), 5);
  }

  @Test
  void nodesKnowWhatTheirResultsLookLike() {
    Tensor x = leaf(1, 2, 3);
    Tensor part = x.split(2, 0).get(1);
    assertEquals(part.shape(), part.gradFn().metadata(1).shape());
    assertEquals(x.dtype(), part.gradFn().metadata(1).dtype());
    assertEquals(device, part.gradFn().metadata(1).device());
    assertEquals(
        x.shape(), part.gradFn().nextFunctions().getFirst().function().metadata(0).shape());
    assertThrows(IndexOutOfBoundsException.class, () -> new GradientEdge(part.gradFn(), 2));
    GradFn max = leaf(1, 2).max(0).values().gradFn();
    Expect.fails(
        GraphException.class,
        "MaxBackward0: its result 1 is not differentiable",
        () -> max.metadata(1));
  }

  @Test
  void aPlaceNeedsAGradientAndHasNoZeros() {
    Expect.fails(
        GraphException.class,
        "It is not possible to get the gradient edge for a Tensor that does not require gradients",
        () -> GradientEdge.of(scalar(1)));
    Tensor x = scalarLeaf(1);
    Expect.fails(
        GraphException.class,
        "materialize_grads cannot be used when the given input is a GradientEdge",
        () ->
            Autograd.grad(
                List.of(x.mul(2)),
                List.of(GradientEdge.of(x)),
                null,
                dev.adjoint.GradOption.MATERIALIZE_GRADS));
  }
}
