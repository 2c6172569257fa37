package dev.adjoint.graph;

import static dev.adjoint.GradOption.RETAIN_GRAPH;
import static dev.adjoint.Tensors.noGrad;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Autograd;
import dev.adjoint.Expect;
import dev.adjoint.GradFn;
import dev.adjoint.HookHandle;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Scope;
import dev.adjoint.Tensor;
import dev.adjoint.type.DType;
import dev.adjoint.type.GraphException;
import dev.adjoint.type.TensorException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/// What failed leaves things as they were.
class FailuresTest extends OnEachDevice {

  private void leavesAlone(Tensor t, Executable failing) {
    final long version = t.version();
    final GradFn node = t.gradFn();
    final double[] values = t.toDoubleArray();
    final boolean tracked = t.requiresGrad();
    assertThrows(TensorException.class, failing);
    assertEquals(version, t.version());
    assertSame(node, t.gradFn());
    assertEquals(tracked, t.requiresGrad());
    Expect.values(t, values);
  }

  @Test
  void anOperationOnWrongOperandsChangesNothing() {
    Tensor x = leaf(1, 2).mul(1);
    Tensor other = ones(3);
    leavesAlone(x, () -> x.add(other));
    leavesAlone(x, () -> x.mul_(other));
    leavesAlone(x, () -> x.copy_(other));
    leavesAlone(x, () -> x.add_(ones(3, 2)));
    leavesAlone(x, () -> x.view(3));
    leavesAlone(x, () -> x.select(0, 2));
    leavesAlone(x, () -> x.expand(3));
    leavesAlone(x, () -> x.transpose(0, 1));
    leavesAlone(x, () -> x.sum(1));
    leavesAlone(x, () -> x.maskedFill_(ones(2), 1));
    Tensor integers = vector(1, 2).to(DType.INT64);
    leavesAlone(integers, () -> integers.add_(1.5));
    leavesAlone(integers, integers::mean);
    leavesAlone(integers, () -> integers.pow(-1));
  }

  @Test
  void aForbiddenWriteChangesNothing() {
    Tensor leaf = leaf(1, 2);
    leavesAlone(leaf, () -> leaf.add_(1));
    leavesAlone(leaf, () -> leaf.view(2).add_(1));
    Tensor base = leaf(1, 2).mul(1);
    Tensor unrecorded = noGrad(() -> base.narrow(0, 0, 1));
    leavesAlone(base, () -> unrecorded.add_(1));
    leavesAlone(base, () -> base.requiresGrad_(false));
  }

  @Test
  void aFailedWriteOfATrackedValueLeavesTheTargetUntracked() {
    Tensor target = vector(1, 2);
    leavesAlone(target, () -> target.add_(ones(3).requiresGrad_()));
    leavesAlone(target, () -> target.copy_(ones(3).requiresGrad_()));
  }

  @Test
  void aRefusedBackwardCollectsNothingAndFreesNothing() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(x);
    assertThrows(TensorException.class, y::backward);
    assertThrows(TensorException.class, () -> y.backward(ones(3)));
    assertThrows(TensorException.class, () -> Autograd.backward(List.of(y, vector(1)), null));
    assertNull(x.grad());
    y.backward(ones(2));
    Expect.values(x.grad(), 2, 4);
  }

  @Test
  void aStaleSavedTensorStopsBackwardBeforeAnyLeaf() {
    Tensor x = leaf(1, 2);
    Tensor y = x.clone();
    Tensor z = y.mul(y).sum();
    y.add_(1);
    assertThrows(GraphException.class, z::backward);
    assertNull(x.grad());
    x.mul(3).sum().backward();
    Expect.values(x.grad(), 3, 3);
  }

  @Test
  void aHookThatThrowsPassesItsExceptionOn() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(x);
    HookHandle hook =
        y.registerHook(g -> {
          throw new ArithmeticException("thrown by a hook");
        });
    Tensor z = y.sum();
    ArithmeticException e = assertThrows(ArithmeticException.class, () -> z.backward(RETAIN_GRAPH));
    assertEquals("thrown by a hook", e.getMessage());
    assertNull(x.grad());
    hook.close();
    z.backward();
    Expect.values(x.grad(), 2, 4);
  }

  @Test
  void afterAnErrorTensorsBelongToTheScopeTheyWereMadeIn() {
    Tensor kept;
    try (Scope scope = Scope.open()) {
      Tensor x = leaf(1, 2);
      Tensor y = x.mul(x);
      y.registerHook(g -> {
        throw new ArithmeticException();
      });
      assertThrows(ArithmeticException.class, () -> y.sum().backward());
      kept = scope.keep(x.mul(5));
    }
    Expect.values(kept, 5, 10);
    Tensor outside = vector(1, 2).add(1);
    Expect.values(outside, 2, 3);
    assertTrue(Autograd.isGradEnabled());
  }

  @Test
  void aFailureInsideNoGradDoesNotLeakTheMode() {
    assertThrows(TensorException.class, () -> Autograd.noGrad(() -> ones(2).add(ones(3))));
    assertTrue(leaf(1).mul(2).requiresGrad());
  }

  @Test
  void messagesOfShapeErrorsBeginAsPyTorchs() {
    Tensor x = ones(2, 3);
    begins(
        "The size of tensor a (3) must match the size of tensor b (2) at non-singleton dimension 1",
        () -> x.add(ones(2)));
    begins("shape '[5]' is invalid for input of size 6", () -> x.view(5));
    begins("only one dimension can be inferred", () -> x.view(-1, -1));
    begins(
        "view size is not compatible with input tensor's size and stride (at least one dimension"
            + " spans across two contiguous subspaces). Use .reshape(...) instead.",
        () -> x.t().view(6));
    begins(
        "Dimension out of range (expected to be in range of [-2, 1], but got 2)", () -> x.sum(2));
    begins("index 2 is out of bounds for dimension 0 with size 2", () -> x.get(2));
    begins(
        "select(): index 2 out of range for tensor of size [2, 3] at dimension 0",
        () -> x.select(0, 2));
    begins("Dimension specified as 0 but tensor has no dimensions", () -> scalar(1).unbind());
    begins(
        "The expanded size of the tensor (2) must match the existing size (3) at non-singleton"
            + " dimension 0.  Target sizes: [2].  Tensor sizes: [3]",
        () -> ones(3).expand(2));
    begins("a Tensor with 6 elements cannot be converted to Scalar", x::item);
    begins("dim 0 appears multiple times in the list of dims", () -> x.sum(0, 0));
    begins(
        "split_with_sizes expects split_sizes to sum exactly to 2 (input tensor's size at dimension"
            + " 0), but got split_sizes=[2, 2]",
        () -> x.split(new long[] {2, 2}, 0));
  }

  private static void begins(String beginning, Executable failing) {
    TensorException e = assertThrows(TensorException.class, failing);
    assertTrue(e.getMessage().startsWith(beginning), e.getMessage());
  }
}
