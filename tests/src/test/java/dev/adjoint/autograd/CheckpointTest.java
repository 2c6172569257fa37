package dev.adjoint.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Autograd;
import dev.adjoint.Expect;
import dev.adjoint.GradOption;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Scope;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.graph.RecordingBackend;
import dev.adjoint.memory.Deferred;
import dev.adjoint.memory.Devices;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import dev.adjoint.type.GraphException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// What is computed again gives the gradients that keeping it would have given.
class CheckpointTest extends OnEachDevice {

  @Test
  void gradientsReachInputsAndCapturedTensors() {
    Tensor x = leaf(1, 2);
    Tensor w = leaf(3, 4);
    Tensor y = Checkpoint.checkpoint(t -> t.mul(w).square().sum(), x);
    prints("tensor(73., grad_fn=<CheckpointBackward>)", y);
    y.backward();
    Expect.values(x.grad(), 18, 64);
    Expect.values(w.grad(), 6, 32);
  }

  @Test
  void gradGivesWhatBackwardGives() {
    Tensor x = leaf(1, 2);
    Tensor w = leaf(3, 4);
    Tensor middle = w.mul(1);
    Tensor y = Checkpoint.checkpoint(t -> t.mul(middle).square().sum(), x.mul(1));
    List<Tensor> g = Autograd.grad(List.of(y), List.of(x, w, middle), null);
    Expect.values(g.get(0), 18, 64);
    Expect.values(g.get(1), 6, 32);
    Expect.values(g.get(2), 6, 32);
    assertNull(w.grad());
  }

  @Test
  void hooksOfWhatIsOutsideRunOnce() {
    Tensor w = leaf(3);
    Tensor x = leaf(2);
    w.registerHook(g -> g.mul(10));
    x.registerHook(g -> g.mul(100));
    Checkpoint.checkpoint(t -> t.mul(w), x).backward();
    Expect.values(w.grad(), 20);
    Expect.values(x.grad(), 300);
  }

  @Test
  void derivativesOfHigherOrderGoThroughIt() {
    Tensor x = Tensors.tensor(new double[] {0.4, -1.2}, DType.FLOAT64, device).requiresGrad_();
    Tensor w = Tensors.tensor(new double[] {1.5, 0.3}, DType.FLOAT64, device).requiresGrad_();
    UnaryOperator<List<Tensor>> f =
        in ->
            Checkpoint.checkpoint(
                t -> List.of(t.get(0).mul(in.get(1)).sin().mul(in.get(1)).exp()), in.subList(0, 1));
    assertTrue(GradCheck.DEFAULTS.first(f, List.of(x, w)));
    assertTrue(GradCheck.DEFAULTS.second(f, List.of(x, w)));
  }

  @Test
  void randomNumbersAreDrawnAgainFromTheSamePlace() {
    Tensors.manualSeed(5);
    Tensor x = ones(8).requiresGrad_();
    Tensor y = Checkpoint.checkpoint(t -> t.mul(Tensors.rand(Tensors.shape(8), device)), x);
    Tensor after = Tensors.rand(Tensors.shape(2), device);
    y.sum().backward();
    Expect.values(x.grad(), y.toDoubleArray());
    Tensor next = Tensors.rand(Tensors.shape(2), device);
    Tensors.manualSeed(5);
    Expect.values(Tensors.rand(Tensors.shape(8), device), y.toDoubleArray());
    Expect.values(Tensors.rand(Tensors.shape(2), device), after.toDoubleArray());
    Expect.values(Tensors.rand(Tensors.shape(2), device), next.toDoubleArray());
  }

  @Test
  void checkpointsNest() {
    AtomicInteger calls = new AtomicInteger();
    UnaryOperator<Tensor> square =
        t -> {
          calls.incrementAndGet();
          return t.square();
        };
    Tensor x = leaf(2);
    Tensor y =
        Checkpoint.checkpoint(
            t -> Checkpoint.checkpoint(square, Checkpoint.checkpoint(square, t)), x);
    assertEquals(2, calls.get());
    y.backward();
    Expect.values(x.grad(), 32);
    assertEquals(6, calls.get());
  }

  @Test
  void severalInputsAndResultsMayBeTrackedOrNot() {
    Tensor x = leaf(1, 2);
    Tensor constant = vector(3, 4);
    List<Tensor> all =
        Checkpoint.checkpoint(
            in -> List.of(in.get(0).mul(in.get(1)), in.get(0).gt(1.5), in.get(1).add(1)),
            List.of(x, constant));
    assertTrue(all.get(0).requiresGrad());
    assertFalse(all.get(1).requiresGrad() || all.get(2).requiresGrad());
    all.get(0).sum().backward();
    Expect.values(x.grad(), 3, 4);
    assertNull(Checkpoint.checkpoint(t -> t.mul(2), constant).gradFn());
    assertFalse(Autograd.noGrad(() -> Checkpoint.checkpoint(t -> t.mul(2), x)).requiresGrad());
  }

  @Test
  void oneTensorMayBeInputTwiceAndCapturedToo() {
    Tensor x = leaf(3);
    UnaryOperator<List<Tensor>> f = in -> List.of(in.get(0).mul(in.get(1)).mul(x));
    Tensor y = Checkpoint.checkpoint(f, List.of(x, x)).getFirst();
    Tensor g = Autograd.grad(y, x, GradOption.CREATE_GRAPH);
    Expect.values(g, 27);
    Expect.values(Autograd.grad(g, x), 18);
    Checkpoint.checkpoint(f, List.of(x, x)).getFirst().backward();
    Expect.values(x.grad(), 27);
  }

  @Test
  void anInputReturnedAsItIsPassesItsGradientOn() {
    Tensor x = leaf(3);
    Tensor outside = leaf(2).mul(1);
    List<Tensor> all = Checkpoint.checkpoint(in -> List.of(in.get(0), outside), List.of(x));
    all.get(0).mul(all.get(1)).backward();
    Expect.values(x.grad(), 2);
    assertEquals("MulBackward0", outside.gradFn().name());
  }

  @Test
  void aSecondBackwardFailsUnlessTheGraphIsRetained() {
    Tensor x = leaf(3);
    Tensor y = Checkpoint.checkpoint(t -> t.square(), x);
    y.backward(GradOption.RETAIN_GRAPH);
    y.backward();
    Expect.values(x.grad(), 12);
    Expect.fails(
        GraphException.class, "Trying to backward through the graph a second time", y::backward);
  }

  @Test
  void anInputThatWasOverwrittenFailsBackward() {
    Tensor x = leaf(3).mul(1);
    Tensor y = Checkpoint.checkpoint(t -> t.add(1), x);
    x.add_(1);
    Expect.fails(
        GraphException.class,
        "one of the variables needed for gradient computation has been modified by an inplace operation:",
        y::backward);
  }

  @Test
  void doingSomethingElseTheSecondTimeIsAnError() {
    AtomicInteger calls = new AtomicInteger();
    Tensor more =
        Checkpoint.checkpoint(t -> calls.getAndIncrement() == 0 ? t.exp() : t.exp().exp(), leaf(3));
    Expect.fails(
        GraphException.class,
        "torch.utils.checkpoint: A different number of tensors was saved during the original forward and"
            + " recomputation.\nNumber of operations recorded during forward: 1\nNumber of operations"
            + " recorded during recomputation: 2.",
        more::backward);
    Tensor other =
        Checkpoint.checkpoint(t -> t.narrow(0, 0, 1 + calls.getAndIncrement() % 2), leaf(3, 4));
    Expect.fails(
        GraphException.class,
        "torch.utils.checkpoint: Recomputed values for the following tensors have different metadata than"
            + " during the forward pass.",
        () -> other.sum().backward());
  }

  /// The most that a device's memory held while eight blocks of eight steps went there and back.
  private static long peak(boolean checkpointed) {
    Device device = RecordingBackend.open().device();
    UnaryOperator<Tensor> block =
        t -> {
          Tensor y = t;
          for (int i = 0; i < 8; i++) {
            y = y.exp();
          }
          return y;
        };
    try (Scope _ = Scope.open()) {
      Tensor x = Tensors.ones(Tensors.shape(1 << 18), DType.FLOAT32, device).requiresGrad_();
      Tensor y = x;
      for (int i = 0; i < 8; i++) {
        Tensor before = y;
        try (Scope inner = Scope.open()) {
          y = inner.keep(checkpointed ? Checkpoint.checkpoint(block, y) : block.apply(y));
        }
        before.close();
      }
      y.sum().backward();
    }
    return Devices.open(device).allocator().statistics().peak();
  }

  @Test
  void theMostMemoryInUseFalls() {
    long kept = Deferred.atOnce(() -> peak(false));
    long again = Deferred.atOnce(() -> peak(true));
    assertTrue(again * 3 < kept, () -> again + " bytes checkpointed, " + kept + " kept");
    long waiting = Deferred.waiting(() -> peak(false));
    assertTrue(waiting < kept / 2, () -> waiting + " bytes while results wait, " + kept + " kept");
    assertTrue(Deferred.waiting(() -> peak(true)) < waiting);
  }
}
