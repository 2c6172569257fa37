package dev.adjoint.graph.trace;

import static dev.adjoint.GradOption.RETAIN_GRAPH;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Autograd;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.autograd.GradExplanation;
import dev.adjoint.autograd.GradExplanation.Reason;
import dev.adjoint.type.DType;
import org.junit.jupiter.api.Test;

/// Why a tensor has no gradient.
class ExplainGradTest extends OnEachDevice {

  private static void says(Reason reason, String part, GradExplanation found) {
    assertEquals(reason, found.reason(), found.text());
    assertTrue(found.text().contains(part), found.text());
  }

  @Test
  void whatTheTensorItselfTells() {
    Tensor x = leaf(1, 2);
    says(Reason.NOT_FLOATING, "int64", Autograd.explainGrad(x.to(DType.INT64)));
    says(Reason.NOT_REQUIRED, "requiresGrad_()", Autograd.explainGrad(vector(1)));
    says(Reason.NOT_REQUIRED, "noGrad", Autograd.explainGrad(Autograd.noGrad(() -> x.mul(2))));
    Tensor inference = Autograd.inferenceMode(() -> x.mul(2));
    says(Reason.INFERENCE, "clone()", Autograd.explainGrad(inference));
    Tensor y = x.mul(2);
    y.sum().backward();
    says(Reason.NOT_RETAINED, "MulBackward0", Autograd.explainGrad(y));
    says(Reason.HAS_GRADIENT, "", Autograd.explainGrad(x));
    says(Reason.NO_BACKWARD, "explainGrad(tensor, loss)", Autograd.explainGrad(leaf(1)));
  }

  @Test
  void aRetainedResultThatNoBackwardReachedIsNoLeafProblem() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(2).retainGrad();
    Tensor loss = y.exp().sum();
    says(Reason.NO_BACKWARD, "through ExpBackward0", Autograd.explainGrad(y, loss));
    loss.backward();
    says(Reason.HAS_GRADIENT, "", Autograd.explainGrad(y, loss));
  }

  @Test
  void aDetachedTensorIsFoundByItsMemory() {
    Tensor x = leaf(1, 2);
    Tensor w = leaf(3, 4);
    Tensor loss = w.mul(x.detach()).sum();
    loss.backward(RETAIN_GRAPH);
    assertNull(x.grad());
    says(Reason.DETACHED, "MulBackward0 saved its elements", Autograd.explainGrad(x, loss));
  }

  @Test
  void theEndsOfTheWaysAreListed() {
    Tensor x = leaf(1, 2);
    Tensor w = leaf(3, 4, 5);
    Tensor index = x.to(DType.INT64);
    Tensor loss = w.gather(0, index).mul(vector(1, 1)).sum();
    GradExplanation found = Autograd.explainGrad(x, loss);
    says(Reason.NOT_USED, "from the result of SumBackward0", found);
    says(Reason.NOT_USED, "\n  input 1 of MulBackward0 requires no gradient", found);
    says(Reason.NOT_USED, "\n  input 1 of GatherBackward0 requires no gradient", found);
    says(Reason.NOT_USED, "\n  a leaf of shape [3], by GatherBackward0", found);
  }

  @Test
  void anUntrackedRootIsNamed() {
    Tensor x = leaf(1, 2);
    Tensor loss = Autograd.noGrad(() -> x.sum());
    says(Reason.UNTRACKED_ROOT, "noGrad", Autograd.explainGrad(x, loss));
  }

  @Test
  void aGradientThatWasClearedOrNeverDefinedNamesTheBackward() {
    Tensor x = leaf(1, 2);
    Tensor loss = x.square().sum();
    says(Reason.NO_BACKWARD, "Call backward()", Autograd.explainGrad(x, loss));
    Autograd.grad(loss, x);
    says(Reason.UNDEFINED, "from a result of SumBackward0", Autograd.explainGrad(x, loss));
  }

  @Test
  void withTracingItNamesLines() {
    Tensor x = leaf(1, 2);
    Tensor loss = Autograd.tracing(() -> leaf(3, 4).mul(x.detach()).sum());
    says(
        Reason.DETACHED,
        "MulBackward0 (recorded at " + ExplainGradTest.class.getName(),
        Autograd.explainGrad(x, loss));
  }

  @Test
  void aHundredThousandNodesAreWalked() {
    Tensor x = leaf(1);
    Tensor w = scalarLeaf(1);
    Tensor y = w;
    for (int i = 0; i < 50_000; i++) {
      y = y.unsqueeze(0).squeeze(0);
    }
    says(Reason.NOT_USED, "SqueezeBackward1", Autograd.explainGrad(x, y));
    says(Reason.NO_BACKWARD, "through UnsqueezeBackward0", Autograd.explainGrad(w, y));
  }
}
