package dev.adjoint.graph.saved;

import static dev.adjoint.GradOption.CREATE_GRAPH;
import static dev.adjoint.GradOption.RETAIN_GRAPH;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Autograd;
import dev.adjoint.Expect;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Scope;
import dev.adjoint.Tensor;
import dev.adjoint.autograd.Checkpoint;
import dev.adjoint.autograd.Context;
import dev.adjoint.autograd.Function;
import dev.adjoint.memory.LiveBytes;
import dev.adjoint.type.DType;
import dev.adjoint.type.GraphException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/// Saved tensors of all that is recorded in a scope, through two functions of the user's.
class SavedTensorHooksTest extends OnEachDevice {

  private static Tensor twice(Supplier<Tensor> body) {
    return Autograd.savedTensorHooks(t -> t.mul(2), t -> t, body);
  }

  @Test
  void whatIsSavedInTheScopeGoesThroughTheHooks() {
    Tensor x = leaf(1, 2);
    Tensor y = twice(() -> x.mul(x));
    Tensor z = x.mul(x);
    Expect.values(Autograd.grad(y.sum(), x), 4, 8);
    Expect.values(Autograd.grad(z.sum(), x), 2, 4);
    Tensor e = twice(() -> x.mul(0).exp());
    Expect.values(Autograd.grad(e.sum(), x, RETAIN_GRAPH), 0, 0);
    Expect.values(requireNonNull(e.gradFn()).savedTensors().get("result").tensor(), 2, 2);
  }

  @Test
  void packSeesAParameterItselfAndAResultWithItsNodeAndNumbersNever() {
    List<Tensor> seen = new ArrayList<>();
    Tensor x = leaf(1, 2);
    Autograd.savedTensorHooks(
        t -> {
          assertFalse(Autograd.isGradEnabled());
          seen.add(t);
          return t;
        },
        t -> t,
        () -> {
          Tensor y = x.mul(x).mul(3).exp();
          assertSame(x, seen.get(0));
          assertSame(x, seen.get(1));
          assertEquals(3, seen.size());
          assertSame(y.gradFn(), seen.get(2).gradFn());
          y.sum().backward();
        });
    assertEquals(3, seen.size());
  }

  @Test
  void unpackRunsEachTimeTheTensorIsNeededAndPackOnce() {
    AtomicInteger packed = new AtomicInteger();
    AtomicInteger unpacked = new AtomicInteger();
    Tensor x = leaf(1, 2);
    Tensor y =
        Autograd.savedTensorHooks(
            t -> {
              packed.incrementAndGet();
              return t.toDoubleArray();
            },
            a -> {
              unpacked.incrementAndGet();
              return vector(a);
            },
            () -> x.mul(x).sum());
    assertEquals(2, packed.get());
    assertEquals(0, unpacked.get());
    y.backward(RETAIN_GRAPH);
    assertEquals(2, unpacked.get());
    y.backward();
    assertEquals(4, unpacked.get());
    assertEquals(2, packed.get());
    Expect.values(x.grad(), 4, 8);
  }

  @Test
  void theInnermostHooksCount() {
    Tensor x = leaf(1, 2);
    Tensor y = twice(() -> Autograd.savedTensorHooks(t -> t.mul(10), t -> t, () -> x.mul(x)));
    Expect.values(Autograd.grad(y.sum(), x), 20, 40);
    Tensor z =
        twice(() -> {
          Autograd.savedTensorHooks(t -> t.mul(10), t -> t, () -> x.mul(x));
          return x.mul(x);
        });
    Expect.values(Autograd.grad(z.sum(), x), 4, 8);
  }

  @Test
  void secondDerivativesUnpackWhatTheFirstSaved() {
    Tensor x = leaf(3, 5);
    Tensor y = twice(() -> x.pow(3).sum());
    Tensor first = Autograd.grad(y, x, CREATE_GRAPH);
    Expect.values(first, 3 * 36, 3 * 100);
    Expect.values(Autograd.grad(first.sum(), x), 6 * 6, 6 * 10);
    Tensor z = x.pow(3).sum();
    Tensor slope = twice(() -> Autograd.grad(z, x, CREATE_GRAPH));
    Expect.values(slope, 27, 75);
    assertTrue(slope.requiresGrad());
  }

  @Test
  void anUnpackedTensorMustBeOfTheSameKind() {
    Tensor x = leaf(1, 2);
    String of = "A saved tensor unpack hook returned a tensor of ";
    Tensor wide = Autograd.savedTensorHooks(t -> t, t -> t.unsqueeze(0), () -> x.square().sum());
    Expect.fails(GraphException.class, of + "shape [1, 2]", wide::backward);
    Tensor other =
        Autograd.savedTensorHooks(t -> t, t -> t.to(DType.FLOAT64), () -> x.square().sum());
    Expect.fails(GraphException.class, of + "shape [2] and type float64", other::backward);
    assertNull(x.grad());
  }

  @Test
  void hooksMayBeForbiddenWithAMessage() {
    Tensor x = leaf(1, 2);
    Autograd.disableSavedTensorHooks(
        "no hooks here",
        () -> {
          Expect.fails(GraphException.class, "no hooks here", () -> twice(() -> x.mul(x)));
          Autograd.disableSavedTensorHooks(
              "nor here",
              () -> Expect.fails(GraphException.class, "nor here", () -> twice(() -> x)));
          Expect.fails(GraphException.class, "no hooks here", () -> Autograd.saveOnCpu(() -> x));
        });
    Expect.values(Autograd.grad(twice(() -> x.mul(x)).sum(), x), 4, 8);
    Autograd.savedTensorHooks(
        t -> t,
        t -> t,
        () ->
            Expect.fails(
                GraphException.class,
                "not now",
                () -> Autograd.disableSavedTensorHooks("not now", () -> x.mul(x))));
  }

  private static final String WRITES = "A saved tensor pack hook is modifying its input in place.";

  @Test
  void aPackHookMustNotWrite() {
    Tensor x = leaf(1, 2);
    Tensor a = x.mul(1);
    Expect.fails(
        GraphException.class,
        WRITES,
        () -> Autograd.savedTensorHooks(t -> t.add_(0), t -> t, () -> a.square()));
    Expect.fails(
        GraphException.class,
        WRITES,
        () -> Autograd.savedTensorHooks(t -> t.detach().add_(0), t -> t, () -> x.exp()));
  }

  private static Tensor failing(Supplier<Tensor> body) {
    return Autograd.savedTensorHooks(
        t -> {
          throw new IllegalStateException("disk full");
        },
        (Tensor t) -> t,
        body);
  }

  @Test
  void aHookThatThrowsLeavesTensorsAndMemoryAsTheyWere() {
    Tensor x = ones(300_000).requiresGrad_();
    Tensor a = x.mul(1);
    Object node = a.gradFn();
    long before = LiveBytes.settled(device);
    for (Supplier<Tensor> body :
        List.<Supplier<Tensor>>of(
            a::exp, a::square, a::exp_, a::sigmoid_, () -> a.mul_(a.detach()))) {
      try (Scope _ = Scope.open()) {
        assertThrows(IllegalStateException.class, () -> failing(body));
      }
    }
    assertEquals(before, LiveBytes.settled(device));
    assertSame(node, a.gradFn());
    assertEquals(0, a.version());
    Tensor y =
        Autograd.savedTensorHooks(
            t -> t,
            (Tensor t) -> {
              throw new IllegalStateException("disk gone");
            },
            () -> x.square().sum());
    assertThrows(IllegalStateException.class, y::backward);
    assertNull(x.grad());
  }

  @Test
  void resultsOfWritesInPlaceArePackedAsTheyWillBe() {
    Tensor x = leaf(1, 2);
    Tensor a = x.mul(0);
    Tensor y = twice(() -> a.exp_());
    assertSame(a, y);
    Expect.values(a, 1, 1);
    assertEquals(1, a.version());
    y.sum().backward();
    Expect.values(x.grad(), 0, 0);
    Tensor b = x.mul(1);
    twice(() -> b.narrow(0, 0, 1).mul(0).exp_());
    Tensor whole = x.mul(1);
    twice(() -> whole.narrow(0, 0, 1).mul_(0).exp_());
    Expect.values(whole, 1, 2);
  }

  @Test
  void aFunctionsSavedTensorsAreShown() {
    record Cube() implements Function {
      @Override
      public List<Tensor> forward(Context ctx, Tensor... in) {
        Tensor square = in[0].square();
        ctx.saveForBackward(in[0], square, null);
        return List.of(square.mul(in[0]));
      }

      @Override
      public List<Tensor> backward(Context ctx, Tensor... g) {
        return List.of(g[0].mul(ctx.saved(1)).mul(3));
      }
    }
    Tensor x = leaf(1, 2);
    Tensor y = twice(() -> new Cube().applyAll(x).getFirst());
    assertEquals(List.of("0", "1"), List.copyOf(y.gradFn().savedTensors().keySet()));
    Expect.values(y.gradFn().savedTensors().get("0").tensor(), 2, 4);
    y.sum().backward();
    Expect.values(x.grad(), 6, 24);
    assertThrows(
        IllegalStateException.class, () -> failing(() -> new Cube().applyAll(x).getFirst()));
  }

  @Test
  void aCheckpointShowsItsInputsAndNothingElse() {
    AtomicInteger packed = new AtomicInteger();
    Tensor x = leaf(1, 2);
    Tensor y =
        Autograd.savedTensorHooks(
            t -> {
              packed.incrementAndGet();
              return t;
            },
            t -> t,
            () -> Checkpoint.checkpoint(t -> t.exp().mul(t).tanh(), x));
    assertEquals(1, packed.get());
    y.sum().backward();
    assertEquals(1, packed.get());
    assertThrows(
        IllegalStateException.class, () -> failing(() -> Checkpoint.checkpoint(Tensor::exp, x)));
  }
}
