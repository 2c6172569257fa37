package dev.adjoint.graph.saved;

import static dev.adjoint.GradOption.CREATE_GRAPH;
import static dev.adjoint.GradOption.RETAIN_GRAPH;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Autograd;
import dev.adjoint.Expect;
import dev.adjoint.LaunchGraph;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Scope;
import dev.adjoint.Tensor;
import dev.adjoint.memory.Deferred;
import dev.adjoint.memory.LiveBytes;
import dev.adjoint.optim.SGD;
import dev.adjoint.type.GraphException;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/// In a scope that allows it, tensors are overwritten that a graph has saved.
class CopiesOnWriteTest extends OnEachDevice {

  private static Tensor allowed(Supplier<Tensor> body) {
    return Autograd.allowMutationOnSavedTensors(body);
  }

  private static final String MODIFIED =
      "one of the variables needed for gradient computation has been modified by an inplace operation:";

  @Test
  void aSavedTensorThatIsOverwrittenStaysWhatItWasToTheGraph() {
    Tensor x = leaf(1, 2);
    Tensor y =
        allowed(() -> {
          Tensor b = x.mul(1);
          Tensor out = b.square();
          b.sin_();
          return out.sum();
        });
    y.backward();
    Expect.values(x.grad(), 2, 4);
  }

  @Test
  void anOperationMaySaveWhatItOverwrites() {
    Tensor x = leaf(2, 3);
    Tensor y =
        allowed(() -> {
          Tensor b = x.mul(1);
          return b.mul_(b).mul_(b).sum();
        });
    y.backward();
    Expect.values(x.grad(), 4 * 8, 4 * 27);
  }

  @Test
  void aSavedBaseSurvivesAWriteThroughAView() {
    Tensor x = leaf(1, 2, 3);
    Tensor y =
        allowed(() -> {
          Tensor b = x.mul(1);
          Tensor row = b.narrow(0, 0, 1);
          Tensor out = b.square();
          row.mul_(10);
          return out.sum().add(b.sum());
        });
    y.backward();
    Expect.values(x.grad(), 2 + 10, 4 + 1, 6 + 1);
  }

  @Test
  void aSavedViewSurvivesAWriteToItsBase() {
    Tensor x = leaf(1, 2, 3);
    Tensor y =
        allowed(() -> {
          Tensor b = x.mul(1);
          Tensor out = b.narrow(0, 1, 2).square();
          b.mul_(2);
          return out.sum();
        });
    y.backward();
    Expect.values(x.grad(), 0, 4, 6);
  }

  @Test
  void eachSaveKeepsTheElementsOfItsTime() {
    Tensor x = leaf(1, 2);
    Tensor y =
        allowed(() -> {
          Tensor b = x.mul(1);
          Tensor first = b.square();
          b.mul_(2);
          Tensor second = b.square();
          b.mul_(2);
          Tensor third = b.square();
          b.zero_();
          return first.add(second).add(third).sum();
        });
    y.backward(RETAIN_GRAPH);
    Expect.values(x.grad(), 2 + 8 + 32, 4 + 16 + 64);
    y.backward();
    Expect.values(x.grad(), 2 * (2 + 8 + 32), 2 * (4 + 16 + 64));
  }

  @Test
  void resultsAndLeavesAreKeptToo() {
    Tensor x = leaf(0, 0);
    Tensor y = allowed(() -> x.exp());
    Tensor z = allowed(() -> x.mul(x));
    Autograd.noGrad(() -> {
      x.add_(5);
      y.detach().zero_();
    });
    Tensor total = y.sum().add(z.sum());
    Tensor slope = Autograd.grad(total, x, CREATE_GRAPH);
    Expect.values(slope, 1, 1);
    Expect.values(Autograd.grad(slope.sum(), x), 1 + 2, 1 + 2);
  }

  @Test
  void backwardMayRunOutsideAndScopesNest() {
    Tensor x = leaf(1, 2);
    Tensor y =
        allowed(() -> {
          Tensor b = x.mul(1);
          Tensor inner = allowed(() -> b.square());
          Tensor outer = b.square();
          b.zero_();
          return inner.add(outer).sum();
        });
    allowed(() -> {
      y.backward();
      return y;
    });
    Expect.values(x.grad(), 4, 8);
  }

  @Test
  void whatWasSavedOutsideIsCheckedAsEver() {
    Tensor x = leaf(1, 2);
    Tensor b = x.mul(1);
    Tensor y = b.square().sum();
    allowed(() -> b.zero_());
    Expect.fails(GraphException.class, MODIFIED, y::backward);
  }

  @Test
  void anOptimizerMayStepBetweenTwoBackwards() {
    Tensor w = leaf(1, 2);
    var optimizer = new SGD(List.of(w), 0.5);
    Tensor y = allowed(() -> w.square().mul(w).sum());
    y.backward(RETAIN_GRAPH);
    Expect.values(w.grad(), 3, 12);
    optimizer.step();
    optimizer.zeroGrad();
    y.backward();
    Expect.values(w.grad(), 3, 12);
  }

  private static final int N = 300_000;
  private static final long BIG = 4L * N;

  @Test
  void aWriteCopiesOnceForAllThatSavedAPartAndOnlyIfItTouchesIt() {
    Tensor x = ones(N).requiresGrad_();
    long before = LiveBytes.settled(device);
    try (Scope _ = Scope.open()) {
      Tensor b = Deferred.computed(x.mul(1));
      Tensor y;
      try (Scope inner = Scope.open()) {
        y = inner.keep(allowed(() -> b.square().add(b.square()).sum()));
      }
      assertEquals(1, (LiveBytes.settled(device) - before + BIG / 2) / BIG, "b");
      b.narrow(0, 0, 1).detach().add_(1);
      assertEquals(2, (LiveBytes.settled(device) - before + BIG / 2) / BIG, "b and a copy");
      b.detach().add_(1);
      assertEquals(
          2, (LiveBytes.settled(device) - before + BIG / 2) / BIG, "nobody counts on b now");
      y.backward();
      assertNotNull(x.grad());
    }
    assertEquals(1, (LiveBytes.settled(device) - before + BIG / 2) / BIG, "the gradient");
    Tensor part =
        allowed(() -> {
          Tensor b = x.mul(1);
          Tensor y = b.narrow(0, 0, 2).square().sum();
          b.narrow(0, 2, 2).detach().add_(1);
          return y;
        });
    assertTrue(LiveBytes.settled(device) - before < 3 * BIG);
    part.backward();
  }

  @Test
  void whatIsNoLongerSavedIsNotCopied() {
    Tensor x = ones(N).requiresGrad_();
    long before = LiveBytes.settled(device);
    try (Scope _ = Scope.open()) {
      Tensor b = Deferred.computed(x.mul(1));
      Deferred.atOnce(() -> allowed(() -> b.square().sum())).backward();
      long now = LiveBytes.settled(device);
      b.detach().zero_();
      assertEquals(now, LiveBytes.settled(device));
    }
    assertEquals(1, (LiveBytes.settled(device) - before + BIG / 2) / BIG, "the gradient");
  }

  @Test
  void aReplayWritesAfterWhatWasSavedIsCopied() {
    Tensor c = Deferred.computed(ones(N).mul(1));
    try (LaunchGraph<Tensor> step = LaunchGraph.capture(() -> c.add_(1))) {
      c.fill_(1);
      Tensor w = ones(N).requiresGrad_();
      Tensor y = allowed(() -> Deferred.atOnce(() -> w.mul(c).sum()));
      step.replay();
      y.backward();
      Expect.values(requireNonNull(w.grad()).narrow(0, 0, 2), 1, 1);
      Expect.values(c.narrow(0, 0, 2), 2, 2);
    }
  }
}
