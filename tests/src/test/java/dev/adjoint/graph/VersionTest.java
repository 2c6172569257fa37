package dev.adjoint.graph;

import static dev.adjoint.Tensors.noGrad;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adjoint.Expect;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.type.DType;
import dev.adjoint.type.GraphException;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/// Every write is counted, and whoever saved the old value notices.
class VersionTest extends OnEachDevice {
  private static final String MODIFIED =
      "one of the variables needed for gradient computation has been modified by an inplace"
          + " operation: ";

  @Test
  void eachInPlaceCallCountsOnce() {
    Tensor x = vector(1, 2);
    assertEquals(0, x.version());
    x.add_(1);
    assertEquals(1, x.version());
    x.mul_(2).sub_(1).zero_();
    assertEquals(4, x.version());
    x.copy_(vector(5, 6));
    x.fill_(3);
    assertEquals(6, x.version());
  }

  @Test
  void aWriteThatChangesNothingCountsToo() {
    Tensor x = vector(1, 2);
    x.add_(0);
    x.relu_();
    assertEquals(2, x.version());
    x.narrow(0, 0, 0).add_(1);
    assertEquals(3, x.version());
    Expect.values(x, 1, 2);
  }

  @Test
  void viewsAndDetachedTensorsShareTheCounter() {
    Tensor x = vector(1, 2, 3, 4);
    Tensor view = x.view(2, 2);
    Tensor inner = view.select(0, 1);
    Tensor detached = x.detach();
    inner.add_(1);
    assertEquals(1, x.version());
    assertEquals(1, view.version());
    assertEquals(1, inner.version());
    assertEquals(1, detached.version());
    x.clone().add_(1);
    assertEquals(1, x.version());
  }

  @Test
  void readingCountsNothing() {
    Tensor x = leaf(1, 2);
    x.requiresGrad_(false);
    x.detach_();
    assertEquals(1, x.select(0, 0).item());
    assertEquals(2, x.toFloatArray().length);
    assertEquals(x.toString(), x.toString());
    assertEquals(0, x.version());
  }

  @Test
  void writesInsideNoGradCount() {
    Tensor x = vector(1, 2);
    noGrad(() -> x.add_(1));
    assertEquals(1, x.version());
  }

  private void refuses(String what, Executable backward) {
    Expect.fails(GraphException.class, MODIFIED + what, backward);
  }

  @Test
  void theMessageNamesTheWriterOfAComputedTensor() {
    Tensor y = leaf(1, 2).mul(2);
    Tensor z = y.mul(y).sum();
    y.add_(1);
    refuses(
        "[torch.FloatTensor [2]], which is output 0 of Add, is at version 1; expected version 0"
            + " instead.",
        z::backward);
  }

  @Test
  void theMessageNamesTheMakerOfAnUntrackedWrite() {
    Tensor y = leaf(1, 2).exp();
    Tensor z = y.sum();
    noGrad(() -> y.add_(1));
    refuses(
        "[torch.FloatTensor [2]], which is output 0 of Exp, is at version 1; expected version 0"
            + " instead.",
        z::backward);
  }

  @Test
  void theMessageNamesTypeAndShape() {
    Tensor x = Tensors.ones(Tensors.shape(2, 3), DType.FLOAT64, device).requiresGrad_();
    Tensor z = x.pow(2).sum();
    noGrad(() -> x.add_(1).mul_(2));
    refuses(
        "[torch.DoubleTensor [2, 3]] is at version 2; expected version 0 instead.", z::backward);
  }

  @Test
  void theMessageAlsoNamesTheSaverAndTheStatement() {
    Tensor x = leaf(1, 2);
    Tensor z = x.pow(2).sum();
    noGrad(() -> x.mul_(2));
    refuses(
        "[torch.FloatTensor [2]] is at version 1; expected version 0 instead. PowBackward0 had"
            + " saved it, then `mul_` overwrote it.",
        z::backward);
  }

  @Test
  void writingThroughAViewInvalidatesWhatTheBaseSaved() {
    Tensor y = leaf(1, 2).mul(2);
    Tensor z = y.mul(y).sum();
    y.narrow(0, 0, 1).add_(1);
    refuses("[torch.FloatTensor [2]]", z::backward);
  }

  @Test
  void writingTheSecondTimeAfterSavingStillCounts() {
    Tensor x = leaf(1, 2).clone();
    x.add_(1);
    Tensor z = x.mul(x).sum();
    x.add_(1);
    refuses(
        "[torch.FloatTensor [2]], which is output 0 of Add, is at version 2; expected version 1"
            + " instead.",
        z::backward);
  }

  private void staysFine(UnaryOperator<Tensor> op, double... expected) {
    Tensor x = leaf(1, 2);
    Tensor y = x.clone();
    Tensor z = op.apply(y);
    y.mul_(10);
    z.backward(ones(2));
    Expect.values(x.grad(), expected);
  }

  @Test
  void whatWasNotSavedMayBeOverwritten() {
    staysFine(y -> y.add(1), 1, 1);
    staysFine(y -> y.sub(vector(1, 1)), 1, 1);
    staysFine(y -> y.neg(), -1, -1);
    staysFine(y -> y.mul(3), 3, 3);
    staysFine(y -> y.mul(vector(3, 4)), 3, 4);
    staysFine(y -> y.exp().mul(0).add(y), 1, 1);
  }

  @Test
  void writingAfterBackwardIsFine() {
    Tensor x = leaf(1, 2);
    Tensor y = x.clone();
    y.mul(y).sum().backward();
    y.zero_();
    Expect.values(x.grad(), 2, 4);
  }
}
