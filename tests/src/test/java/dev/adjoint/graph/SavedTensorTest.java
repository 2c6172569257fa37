package dev.adjoint.graph;

import static dev.adjoint.GradOption.CREATE_GRAPH;
import static dev.adjoint.GradOption.RETAIN_GRAPH;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Autograd;
import dev.adjoint.Expect;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.memory.Deferred;
import dev.adjoint.memory.LiveBytes;
import dev.adjoint.type.DType;
import dev.adjoint.type.GraphException;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/// What nodes keep for their formulas, and for how long.
class SavedTensorTest extends OnEachDevice {
  private static final String SECOND_TIME =
      "Trying to backward through the graph a second time (or directly access saved tensors after"
          + " they have already been freed). Saved intermediate values of the graph are freed when"
          + " you call .backward() or autograd.grad(). Specify retain_graph=True if you need to"
          + " backward through the graph a second time or if you need to access saved tensors after"
          + " calling backward.";

  @Test
  void aSecondBackwardThroughSavedValuesFails() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(x).sum();
    y.backward();
    Expect.fails(GraphException.class, SECOND_TIME, y::backward);
    Expect.values(x.grad(), 2, 4);
    Expect.fails(GraphException.class, SECOND_TIME, () -> Autograd.grad(y, x));
  }

  /// PyTorch's rule, whose lerp of a number is another operation than that of a tensor.
  @Test
  void aWeightThatIsANumberIsNotSaved() {
    Tensor x = leaf(1, 2);
    Tensor end = tensor(new float[] {3, 4});
    Tensor y = x.lerp(end, 0.25).sum();
    y.backward();
    y.backward();
    Expect.values(x.grad(), 1.5, 1.5);
    Tensor z = x.lerp(end, tensor(new float[] {0.25f, 0.5f})).sum();
    z.backward();
    Expect.fails(GraphException.class, SECOND_TIME, z::backward);
  }

  private static String message(Executable body) {
    return assertThrows(GraphException.class, body).getMessage();
  }

  @Test
  void theMessageNamesTheNodeAndTheBackwardThatFreedIt() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(x);
    y.sum().backward();
    String first = message(() -> y.mean().backward());
    Matcher m =
        Pattern.compile(
                "The node is MulBackward0\\. They were freed by backward call number (\\d+) of this"
                    + " program, from a result of SumBackward0\\.")
            .matcher(first);
    assertTrue(m.find(), first);
    Tensor z = x.exp();
    Autograd.grad(z.mean(), x);
    String second = message(() -> z.gradFn().savedTensors());
    long later = Long.parseLong(m.group(1)) + 2; // the failed one counts
    assertTrue(
        second.contains("number " + later + " of this program, from a result of MeanBackward0."),
        second);
    Tensor w =
        Autograd.tracing(() -> {
          Tensor v = x.exp();
          v.sum().backward();
          return v;
        });
    String third = message(() -> w.sum().backward());
    assertTrue(
        third.contains("from a result of SumBackward0, at " + SavedTensorTest.class.getName()),
        third);
  }

  @Test
  void aRetainedGraphCanBeWalkedAgain() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(x).sum();
    y.backward(RETAIN_GRAPH);
    y.backward(RETAIN_GRAPH);
    y.backward();
    Expect.values(x.grad(), 6, 12);
    Expect.fails(GraphException.class, SECOND_TIME, y::backward);
  }

  @Test
  void aCreatedGraphIsRetainedToo() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(x).sum();
    Autograd.grad(y, x, CREATE_GRAPH);
    y.backward();
    Expect.values(x.grad(), 2, 4);
  }

  @Test
  void withoutSavedValuesBackwardRunsTwice() {
    Tensor x = leaf(1, 2);
    Tensor y = x.add(1).neg().sub(vector(1, 1)).sum();
    y.backward();
    y.backward();
    Expect.values(x.grad(), -2, -2);
  }

  @Test
  void nodesAndEdgesOutliveTheirSavedValues() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(x);
    y.sum().backward();
    assertNotNull(y.gradFn());
    assertEquals("AccumulateGrad 0, AccumulateGrad 0", Expect.next(y.gradFn()));
  }

  private long liveBytes() {
    return LiveBytes.settled(device);
  }

  /// How many bytes stay in use while the result lives but everything else is closed.
  private long kept(Supplier<Tensor> body) {
    long before = liveBytes();
    Tensor result;
    try (dev.adjoint.Scope scope = dev.adjoint.Scope.open()) {
      result = scope.keep(body.get());
    }
    long kept = LiveBytes.of(device) - before;
    assertNotNull(result);
    result.close();
    return kept;
  }

  private static final int N = 300_000;
  private static final long BIG = 4L * N;

  private Tensor big() {
    return Deferred.computed(ones(N).mul(1));
  }

  @Test
  void sumsAndConstantFactorsSaveNothing() {
    Tensor x = big().detach().requiresGrad_();
    assertEquals(0, kept(() -> x.add(2).mul(3).sub(1).neg().sum()) / BIG);
    assertEquals(0, kept(() -> x.mean()) / BIG);
    assertEquals(0, kept(() -> x.select(0, 0).add(x.narrow(0, 0, 1))) / BIG);
  }

  @Test
  void aProductWithAConstantTensorSavesThatTensorOnly() {
    Tensor x = big().detach().requiresGrad_();
    Tensor constant = big();
    assertEquals(0, kept(() -> x.mul(constant).sum()) / BIG, "both were there before");
    assertEquals(1, kept(() -> x.add(1).mul(big()).sum()) / BIG, "the constant, not x + 1");
    Supplier<Tensor> two = () -> x.add(1).mul(x.add(2)).sum();
    assertEquals(2, kept(() -> Deferred.atOnce(two)) / BIG, "both factors");
    assertEquals(0, kept(() -> Deferred.waiting(two)) / BIG, "both are computed from x again");
  }

  @Test
  void whatWasSavedGoesBackDuringBackward() {
    Tensor x = big().detach().requiresGrad_();
    long before = liveBytes();
    try (dev.adjoint.Scope scope = dev.adjoint.Scope.open()) {
      Tensor y = x.exp().tanh().exp().sum();
      Tensor kept = scope.keep(y);
      kept.backward();
    }
    // All that stays is the gradient itself.
    assertEquals(1, (LiveBytes.of(device) - before + BIG / 2) / BIG);
    Expect.shape(Expect.gradOf(x), N);
  }

  @Test
  void aSavedLeafKeepsItsElementsAfterItsHandleIsClosed() {
    Tensor x = leaf(1, 2);
    Tensor factor = vector(5, 6);
    Tensor y = x.mul(factor).sum();
    factor.close();
    y.backward();
    Expect.values(x.grad(), 5, 6);
  }

  @Test
  void aSavedResultIsReadAfterItsHandleIsClosed() {
    Tensor x = leaf(0, 0);
    Tensor e = x.exp();
    Tensor y = e.sum();
    e.close();
    y.backward();
    Expect.values(x.grad(), 1, 1);
  }

  @Test
  void theGradientOfAPowerOfZeroIsZero() {
    Tensor x = leaf(0, 2);
    x.pow(0).sum().backward();
    Expect.values(x.grad(), 0, 0);
    Tensor base = leaf(0, 0);
    Tensor exponent = leaf(0, 2);
    base.pow(exponent).sum().backward();
    Expect.values(base.grad(), 0, 0);
    Expect.values(exponent.grad(), 0, 0);
  }

  @Test
  void aConditionIsSavedAsItIs() {
    Tensor condition = vector(1, 0).to(DType.BOOL);
    Tensor a = leaf(1, 2);
    Tensor b = leaf(3, 4);
    Tensor y = Tensors.where(condition, a, b).sum();
    assertNull(a.grad());
    y.backward();
    Expect.values(a.grad(), 1, 0);
    Expect.values(b.grad(), 0, 1);
  }
}
