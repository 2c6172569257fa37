package dev.adjoint.capture;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adjoint.Autograd;
import dev.adjoint.LaunchGraph;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.memory.Deferred;
import dev.adjoint.type.DType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Losses so large that they wait for their gradients, in steps that are replayed.
@ExtendWith(Deferred.class)
class CapturedLossTest extends OnEachDevice {
  private static final int N = 5000;

  private Tensor all(double value) {
    return Tensors.full(Tensors.shape(N), value, DType.FLOAT32, device).clone();
  }

  @Test
  void aReplayComputesTheLossAndItsGradients() {
    Tensor x = all(3).requiresGrad_();
    Tensor w = all(0.5);
    try (LaunchGraph<Tensor> graph =
        LaunchGraph.capture(() -> {
          x.setGrad(null);
          Tensor loss = x.mul(w).square().mean();
          loss.backward();
          return loss;
        })) {
      assertEquals(2.25, graph.result().item());
      Autograd.noGrad(() -> w.mul_(2));
      assertEquals(9, graph.replay().item());
      Tensor gradient = requireNonNull(x.grad());
      assertEquals(6. / N, gradient.select(0, N - 1).item(), 1e-9);
    }
  }

  @Test
  void aLossThatNoWalkReachesIsPartOfItsStep() {
    Tensor x = all(3).requiresGrad_();
    Tensor w = all(0.5);
    try (LaunchGraph<Tensor> graph = LaunchGraph.capture(() -> x.mul(w).sum())) {
      Autograd.noGrad(() -> w.mul_(2));
      assertEquals(3. * N, graph.replay().item());
    }
  }

  @Test
  void aLossFromBeforeIsNoPartOfAStep() {
    Tensor x = all(3).requiresGrad_();
    Tensor before = x.mul(2).sum();
    try (LaunchGraph<List<Tensor>> graph =
        LaunchGraph.capture(() -> List.of(x.mul(4).detach(), x.mul(5).sum()))) {
      assertEquals(6. * N, before.item());
      before.copy_(Tensors.tensor(7f));
      graph.replay();
      assertEquals(7, before.item());
      assertEquals(15. * N, graph.result().getLast().item());
    }
  }
}
