package dev.adjoint.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.adjoint.Autograd;
import dev.adjoint.Expect;
import dev.adjoint.Index;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.memory.LiveBytes;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What becomes of gradients where graphs are cut, written over, or dropped.
class GraphSurgeryTest extends OnEachDevice {

  @Test
  void gradThroughAWrittenSliceLeavesTheOtherBranchAlone() {
    Tensor x = leaf(1, 2, 3);
    Tensor y = leaf(4, 5);
    Tensor base = x.mul(2);
    Tensor value = y.mul(3);
    List<String> ran = new ArrayList<>();
    value.registerHook(g -> {
      ran.add("value");
      return null;
    });
    base.set(value, Index.slice(0, 2));
    Expect.values(Autograd.grad(base.sum(), x), 0, 0, 2);
    assertEquals(List.of(), ran);
    assertNull(y.grad());
  }

  @Test
  void assigningInsideNoGradTracksNothing() {
    Tensor x = leaf(1, 2);
    Tensor target = zeros(2);
    Autograd.noGrad(() -> target.set(x, Index.all()));
    assertFalse(target.requiresGrad());
    Autograd.noGrad(() -> x.set(5, Index.at(0)));
    Expect.values(x, 5, 2);
    assertNull(x.gradFn());
  }

  @Test
  void theGradientOfATransposedLeafIsInItsPlaces() {
    Tensor x = matrix(row(1, 2, 3), row(4, 5, 6)).t().detach().requiresGrad_();
    x.mul(matrix(row(1, 2), row(3, 4), row(5, 6))).sum().backward();
    Expect.shape(Expect.gradOf(x), 3, 2);
    Expect.values(x.grad(), 1, 2, 3, 4, 5, 6);
  }

  @Test
  void varianceAndMeanOfOneTensorAddUpTheirGradients() {
    Tensor x = leaf(1, 2, 6);
    x.var().add(x.mean()).backward();
    Expect.close(x.grad(), 1e-6, -2 + 1 / 3.0, -1 + 1 / 3.0, 3 + 1 / 3.0);
  }

  @Test
  void theNumberOfAConditionTakesItsPartOfTheGradient() {
    Tensor x = leaf(1, 2, 3);
    Tensors.where(x.gt(1.5), x.square(), 7).sum().backward();
    Expect.values(x.grad(), 0, 4, 6);
  }

  @Test
  void whatHooksAndRetainedGradientsNameIsCollectedWithTheGraph() {
    long before = LiveBytes.settled(device);
    for (int i = 0; i < 20; i++) {
      Tensor x = leaf(1, 2);
      Tensor y = x.mul(2).retainGrad();
      y.registerHook(g -> g.mul(y.detach()));
      x.registerHook(g -> g.mul(x.detach()));
      y.square().sum().backward();
    }
    LiveBytes.fallBelow(device, before + 1, "after the graphs were dropped");
  }
}
