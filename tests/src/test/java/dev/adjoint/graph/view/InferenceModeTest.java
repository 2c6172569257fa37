package dev.adjoint.graph.view;

import static dev.adjoint.Autograd.enableGrad;
import static dev.adjoint.Autograd.inferenceMode;
import static dev.adjoint.Autograd.isInferenceModeEnabled;
import static dev.adjoint.Tensors.noGrad;
import static dev.adjoint.Tensors.where;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Autograd;
import dev.adjoint.Expect;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.type.GraphException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/// Tensors made for results alone, and normal ones met in that mode.
class InferenceModeTest extends OnEachDevice {
  private static final String SAVED =
      "Inference tensors cannot be saved for backward. Please do not use Tensors created in inference"
          + " mode in computation tracked by autograd. To work around this, you can make a clone to"
          + " get a normal tensor and use it in autograd, or use `torch.no_grad()` instead of"
          + " `torch.inference_mode()`.";
  private static final String WRITTEN =
      "Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone"
          + " to get a normal tensor before doing inplace update.See"
          + " https://github.com/pytorch/rfcs/pull/17 for more details.";
  private static final String CLARIFY =
      " is being modified inplace in normal mode. Given that this use case is ambiguous and"
          + " error-prone, it is forbidden. You can clarify your code by moving both the view and the"
          + " inplace either both inside the inference_mode block (if you don't want the inplace to be"
          + " tracked) or both outside (if you want the inplace to be tracked).";

  private Tensor inference(double... values) {
    return inferenceMode(() -> vector(values));
  }

  private static void refused(String beginning, Executable body) {
    Expect.fails(GraphException.class, beginning, body);
  }

  @Test
  void theModeEndsWithItsBody() {
    assertFalse(isInferenceModeEnabled());
    inferenceMode(() -> {
      assertTrue(isInferenceModeEnabled());
      assertFalse(Autograd.isGradEnabled());
    });
    assertFalse(isInferenceModeEnabled());
    assertTrue(Autograd.isGradEnabled());
  }

  @Test
  void whatIsMadeInItIsAnInferenceTensor() {
    Tensor x = leaf(1, 2);
    inferenceMode(() -> {
      assertTrue(ones(2).isInference());
      assertTrue(x.mul(2).isInference());
      assertTrue(x.matmul(x).isInference());
      assertTrue(x.sum().isInference());
      assertTrue(x.clone().isInference());
      assertTrue(x.get(dev.adjoint.Index.of(tensor(new long[] {1}))).isInference());
      assertFalse(x.mul(2).requiresGrad());
      assertNull(x.mul(2).gradFn());
    });
    assertFalse(x.isInference());
    assertFalse(x.mul(2).isInference());
  }

  @Test
  void recordingCannotBeTurnedOnInsideIt() {
    Tensor x = leaf(1, 2);
    Tensor y = inferenceMode(() -> enableGrad(() -> x.mul(2)));
    assertFalse(y.requiresGrad());
    assertTrue(y.isInference());
    assertTrue(inferenceMode(() -> noGrad(() -> x.mul(2))).isInference());
  }

  @Test
  void viewsAndDetachedTensorsOfOneAreOfItsKind() {
    Tensor x = inference(1, 2);
    assertTrue(x.narrow(0, 0, 1).isInference());
    assertTrue(x.detach().isInference());
    assertTrue(x.to(x.dtype()).isInference());
    assertFalse(x.clone().isInference());
    assertFalse(x.mul(2).isInference());
    assertFalse(x.get(dev.adjoint.Index.of(tensor(new long[] {1}))).isInference());
  }

  @Test
  void aViewOfANormalTensorIsNormal() {
    Tensor x = leaf(1, 2);
    Tensor view = inferenceMode(() -> x.narrow(0, 0, 1));
    assertFalse(view.isInference());
    assertFalse(view.requiresGrad());
    assertTrue(view.isLeaf());
  }

  @Test
  void itCannotBeSaved() {
    Tensor x = leaf(1, 2);
    Tensor i = inference(3, 4);
    Tensor places = inferenceMode(() -> tensor(new long[] {1}));
    Tensor condition = inferenceMode(() -> tensor(new boolean[] {true, false}));
    refused(SAVED, () -> x.mul(i));
    refused(SAVED, () -> i.mul(x));
    refused(SAVED, () -> i.dot(x));
    refused(SAVED, () -> x.indexSelect(0, places));
    refused(SAVED, () -> where(condition, x, x));
    Tensor y = x.clone();
    refused(SAVED, () -> y.mul_(i));
    assertEquals(0, y.version());
    Expect.values(y.detach(), 1, 2);
    Expect.values(x.mul(i.clone()).detach(), 3, 8);
  }

  @Test
  void itMayBeUsedWhereNothingSavesIt() {
    Tensor x = leaf(1, 2);
    Tensor i = inference(3, 4);
    x.add(i).sum().backward();
    Expect.values(x.grad(), 1, 1);
    Tensor y = x.clone();
    y.add_(i);
    y.narrow(0, 0, 1).copy_(i.narrow(0, 0, 1));
    Expect.values(y.detach(), 3, 6);
    Expect.values(vector(1, 1).mul(i), 3, 4);
    Expect.values(noGrad(() -> x.mul(i)), 3, 8);
  }

  @Test
  void itCannotBeWrittenOutside() {
    Tensor i = inference(1, 2);
    refused(WRITTEN, () -> i.add_(1));
    refused(WRITTEN, () -> i.narrow(0, 0, 1).zero_());
    refused(WRITTEN, () -> i.set(3, dev.adjoint.Index.at(0)));
    refused(WRITTEN, () -> noGrad(() -> i.copy_(vector(5, 6))));
    refused(WRITTEN, () -> i.scatter_(0, tensor(new long[] {0}), vector(7)));
    Expect.values(i, 1, 2);
    inferenceMode(() -> i.add_(1).narrow(0, 0, 1).mul_(5));
    Expect.values(i, 10, 3);
  }

  @Test
  void itHasNoVersion() {
    Tensor i = inference(1, 2);
    refused("Inference tensors do not track version counter.", i::version);
  }

  @Test
  void onlyInsideItMayBeAskedForAGradient() {
    Tensor i = inference(1, 2);
    refused(
        "Setting requires_grad=True on inference tensor outside InferenceMode is not allowed.",
        i::requiresGrad_);
    i.requiresGrad_(false);
    Tensor asking = inferenceMode(() -> vector(1, 2).requiresGrad_());
    assertFalse(inferenceMode(() -> asking.mul(2)).requiresGrad());
    assertFalse(asking.narrow(0, 0, 1).requiresGrad());
    asking.add(leaf(3, 4)).sum().backward();
    Expect.values(asking.grad(), 1, 1);
  }

  @Test
  void aNormalTensorWrittenInItKeepsItsHistoryAndCounts() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(3);
    Tensor squares = y.mul(y).sum();
    inferenceMode(() -> y.add_(1));
    assertEquals(1, y.version());
    assertEquals("MulBackward0", y.gradFn().name());
    assertFalse(y.isInference());
    refused(
        "one of the variables needed for gradient computation has been modified by an inplace"
            + " operation: [torch.FloatTensor [2]], which is output 0 of Mul, is at version 1; expected"
            + " version 0 instead.",
        squares::backward);
    inferenceMode(() -> x.mul_(2));
    Expect.values(x.detach(), 2, 4);
    assertTrue(x.isLeaf());
  }

  @Test
  void aViewMadeInItCannotBeWrittenOutsideWhereItWouldBeRecorded() {
    Tensor y = leaf(1, 2).mul(1);
    Tensor view = inferenceMode(() -> y.narrow(0, 0, 1));
    refused("A view was created in inference mode and" + CLARIFY, () -> view.mul_(2));
    Tensor again = view.narrow(0, 0, 1);
    refused(
        "Output 0 of Slice is a view of a view which was created in inference mode and" + CLARIFY,
        () -> again.mul_(2));
    Tensor plain = zeros(2);
    Tensor plainView = inferenceMode(() -> plain.narrow(0, 0, 1));
    plainView.add_(4);
    refused("A view was created in inference mode and" + CLARIFY, () -> plainView.mul_(leaf(5)));
    noGrad(() -> view.mul_(6));
    Expect.values(y.detach(), 6, 2);
  }

  @Test
  void aViewMadeInItStaysOutsideTheGraphWhenItsBaseIsWritten() {
    Tensor y = leaf(1, 2).mul(1);
    Tensor view = inferenceMode(() -> y.narrow(0, 0, 1));
    y.mul_(2);
    assertFalse(view.requiresGrad());
    Expect.values(view, 2);
  }

  @Test
  void severalViewsMayBeWrittenInIt() {
    Tensor x = inferenceMode(() -> counting(2, 2));
    List<Tensor> rows = inferenceMode(() -> x.unbind());
    inferenceMode(() -> rows.get(1).mul_(10));
    Expect.values(x, 0, 1, 20, 30);
  }

  @Test
  void gradientsOfABackwardInsideItAreNormalTensors() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(x).sum();
    inferenceMode(() -> y.backward());
    assertFalse(Expect.gradOf(x).isInference());
    x.mul(x).sum().backward();
    Expect.values(x.grad(), 4, 8);
  }

  @Test
  void itPrintsAsAnyOther() {
    prints("tensor([1., 2.])", inference(1, 2));
    assertEquals(1, inference(1).item());
    inference(1).detach_();
  }
}
