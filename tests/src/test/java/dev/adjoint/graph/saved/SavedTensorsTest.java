package dev.adjoint.graph.saved;

import static dev.adjoint.GradOption.CREATE_GRAPH;
import static dev.adjoint.GradOption.RETAIN_GRAPH;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.adjoint.Autograd;
import dev.adjoint.Expect;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.autograd.Checkpoint;
import dev.adjoint.autograd.SavedTensor;
import dev.adjoint.type.DType;
import dev.adjoint.type.GraphException;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Saved tensors of one node, looked at and replaced by what hooks make of them.
class SavedTensorsTest extends OnEachDevice {

  private static SavedTensor saved(Tensor result, String name) {
    return requireNonNull(requireNonNull(result.gradFn()).savedTensors().get(name));
  }

  private static String names(Tensor result) {
    return String.join(" ", requireNonNull(result.gradFn()).savedTensors().keySet());
  }

  @Test
  void savedTensorsHaveTheNamesOfPyTorch() {
    Tensor x = leaf(1, 2);
    Tensor y = leaf(3, 4);
    assertEquals("self other", names(x.mul(y)));
    assertEquals("result", names(x.exp()));
    assertEquals("self exponent result", names(x.pow(y)));
    assertEquals("condition", names(Tensors.where(x.gt(1), x, y)));
    Tensor m = matrix(row(1, 2), row(3, 4)).requiresGrad_();
    assertEquals("self mat2", names(m.mm(m)));
    assertEquals("index", names(m.gather(0, m.detach().to(DType.INT64).mul(0))));
    assertEquals("result1", names(m.sort(0, false).values()));
    assertEquals("", names(x.add(y)));
  }

  @Test
  void aSavedInputIsTheTensorItselfAndASavedResultAnother() {
    Tensor x = leaf(1, 2);
    Tensor y = x.exp();
    Tensor z = y.mul(y);
    assertSame(y, saved(z, "self").tensor());
    Tensor result = saved(y, "result").tensor();
    assertNotSame(y, result);
    assertSame(y.gradFn(), result.gradFn());
    Expect.values(result, y.toDoubleArray());
    Tensor w = x.mul(x);
    assertSame(x, saved(w, "self").tensor());
  }

  @Test
  void aSavedTensorOutlivesItsHandle() {
    Tensor x = leaf(1, 2);
    Tensor factor = vector(5, 6);
    Tensor y = x.mul(factor);
    factor.close();
    Expect.values(saved(y, "other").tensor(), 5, 6);
    y.sum().backward();
    Expect.values(x.grad(), 5, 6);
  }

  @Test
  void lookingAtWhatWasOverwrittenOrGivenBackFails() {
    Tensor x = leaf(1, 2);
    Tensor a = x.mul(1);
    Tensor y = a.mul(a);
    SavedTensor self = saved(y, "self");
    a.add_(1);
    Expect.fails(
        GraphException.class,
        "one of the variables needed for gradient computation has been modified by an inplace operation:",
        self::tensor);
    Tensor z = x.mul(x);
    SavedTensor of = saved(z, "self");
    z.sum().backward();
    String second =
        "Trying to backward through the graph a second time (or directly access saved tensors";
    Expect.fails(GraphException.class, second, of::tensor);
    Expect.fails(GraphException.class, second, () -> z.gradFn().savedTensors());
    Expect.fails(
        GraphException.class,
        "Calling register_hooks on a saved tensor after it has been freed. Saved intermediate values of the"
            + " graph are freed when you call .backward() or autograd.grad(). Specify retain_graph=True if"
            + " you need to backward through the graph a second time or if you need to access saved"
            + " variables after calling backward.",
        () -> of.registerHooks(t -> t, t -> t));
  }

  @Test
  void anInputGoesThroughTheHooksThatAreRegistered() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(x);
    saved(y, "self").registerHooks(t -> t.mul(2), t -> t.div(2));
    saved(y, "other").registerHooks(t -> t.mul(2), t -> t);
    Expect.values(saved(y, "self").tensor(), 1, 2);
    Expect.values(saved(y, "other").tensor(), 2, 4);
    y.sum().backward();
    Expect.values(x.grad(), 2 + 1, 4 + 2);
  }

  @Test
  void aResultGoesThroughTheHooksThatAreRegistered() {
    Tensor x = leaf(0, 0);
    Tensor y = x.exp();
    saved(y, "result").registerHooks(t -> t.mul(3), t -> t);
    Tensor first = Autograd.grad(y.sum(), x, CREATE_GRAPH);
    Expect.values(first, 3, 3);
    Expect.values(Autograd.grad(first.sum(), x), 3, 3);
  }

  @Test
  void onePairOfHooksIsAllowed() {
    Tensor x = leaf(1, 2);
    SavedTensor self = saved(x.mul(x), "self");
    self.registerHooks(t -> t, t -> t);
    Expect.fails(
        GraphException.class,
        "Calling register_hooks on a saved tensor whose hooks have already been set. Hint: only one pair"
            + " of hooks is allowed at a time.",
        () -> self.registerHooks(t -> t, t -> t));
    Tensor y = Autograd.savedTensorHooks(t -> t, t -> t, () -> x.mul(x));
    Expect.fails(
        GraphException.class,
        "Calling register_hooks on a saved tensor whose hooks have already been set.",
        () -> saved(y, "self").registerHooks(t -> t, t -> t));
  }

  @Test
  void aFailedRegistrationLeavesTheTensorSaved() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(x);
    assertThrows(
        IllegalStateException.class,
        () ->
            saved(y, "self")
                .registerHooks(
                    t -> {
                      throw new IllegalStateException("disk full");
                    },
                    t -> x));
    Expect.fails(
        GraphException.class,
        "A saved tensor pack hook is modifying its input in place.",
        () -> saved(x.mul(1).square(), "self").registerHooks(t -> t.add_(0), t -> t));
    y.sum().backward();
    Expect.values(x.grad(), 2, 4);
  }

  @Test
  void whatWasPackedMayBeOverwritten() {
    Tensor x = leaf(1, 2);
    Tensor a = x.mul(1);
    Tensor y = a.square();
    saved(y, "self").registerHooks(Tensor::toDoubleArray, this::vector);
    a.add_(5);
    y.sum().backward();
    Expect.values(x.grad(), 2, 4);
  }

  @Test
  void aDetachedInputIsNoticedButNotADetachedResult() {
    Tensor x = leaf(1, 2);
    Tensor a = x.mul(1);
    Tensor y = a.sin();
    a.detach_();
    Expect.fails(
        GraphException.class,
        "Trying to use a saved tensor that has been detached in-place, i.e. with .detach_().",
        () -> y.sum().backward());
    Tensor b = x.mul(1).exp();
    Tensor z = b.mul(1);
    b.detach_();
    z.sum().backward();
    Expect.close(x.grad(), 1e-6, Math.E, Math.E * Math.E);
  }

  @Test
  void aWriteThroughAViewShowsWhatItSaved() {
    Tensor x = leaf(1, 2, 3);
    Tensor y = x.mul(1);
    y.narrow(0, 0, 2).mul_(vector(4, 5));
    assertEquals("CopySlices", y.gradFn().name());
    assertEquals("other", names(y));
    Expect.values(saved(y, "other").tensor(), 4, 5);
  }

  @Test
  void checkpointsShowTheirInputs() {
    Tensor x = leaf(1, 2);
    Tensor y =
        Checkpoint.checkpoint(in -> List.of(in.get(0).mul(in.get(1))), List.of(x, vector(3, 4)))
            .getFirst();
    assertEquals("input0 input1", names(y));
    assertSame(x, saved(y, "input0").tensor());
    saved(y, "input1").registerHooks(t -> t.mul(10), t -> t);
    y.sum().backward(RETAIN_GRAPH);
    Expect.values(x.grad(), 30, 40);
    assertFalse(y.gradFn().savedTensors().isEmpty());
  }
}
