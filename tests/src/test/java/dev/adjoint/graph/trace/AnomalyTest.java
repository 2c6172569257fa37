package dev.adjoint.graph.trace;

import static dev.adjoint.GradOption.CREATE_GRAPH;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Anomaly;
import dev.adjoint.Autograd;
import dev.adjoint.Expect;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.autograd.Context;
import dev.adjoint.autograd.Function;
import dev.adjoint.graph.RecordingBackend;
import dev.adjoint.type.DType;
import dev.adjoint.type.GraphException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/// Anomaly mode: the function that made a NaN or an infinity is named, with the line that called it.
class AnomalyTest extends OnEachDevice {

  private static GraphException anomaly(Runnable body, Anomaly... kinds) {
    return assertThrows(GraphException.class, () -> Autograd.detectAnomaly(body, kinds));
  }

  private static void begins(String expected, Throwable e) {
    assertTrue(e.getMessage().startsWith(expected), e::getMessage);
  }

  private Tensor rootOf(Tensor x) {
    return x.sqrt();
  }

  @Test
  void aFormulaThatReturnsNanIsNamedWithItsForwardCall() {
    Tensor x = leaf(4, 0);
    GraphException e = anomaly(() -> rootOf(x).mul(vector(1, 0)).sum().backward());
    begins("Function 'SqrtBackward0' returned nan values in its 0th output.", e);
    assertTrue(e.getMessage().contains("AnomalyTest.rootOf(AnomalyTest.java:"), e::getMessage);
    assertEquals("rootOf", e.getCause().getStackTrace()[0].getMethodName());
  }

  @Test
  void aFormulaThatReturnsAnInfinityIsNamed() {
    Tensor x = leaf(4, 0);
    begins(
        "Function 'SqrtBackward0' returned inf values in its 0th output.",
        anomaly(() -> rootOf(x).sum().backward()));
  }

  @Test
  void onlyTheKindsAskedForAreLookedFor() {
    Tensor x = leaf(4, 0);
    Autograd.detectAnomaly(() -> rootOf(x).sum().backward(), Anomaly.NAN);
    Expect.values(x.grad(), 0.25, Double.POSITIVE_INFINITY);
    Tensor y = leaf(4, 0);
    begins(
        "Function 'SqrtBackward0' returned nan",
        anomaly(() -> rootOf(y).mul(vector(1, 0)).sum().backward(), Anomaly.NAN));
  }

  @Test
  void anOperationThatMakesNanOfFiniteValuesIsNamed() {
    Tensor x = leaf(4, -1);
    GraphException e = anomaly(() -> rootOf(x).mul(2).sum().backward());
    begins("Function 'Sqrt' returned nan values in its 0th output. Its inputs were finite.", e);
    assertTrue(e.getMessage().contains("AnomalyTest.rootOf(AnomalyTest.java:"), e::getMessage);
  }

  /// Answers from Java, where no operation sees what it makes.
  private record FromJava(Tensor answer) implements Function {
    @Override
    public List<Tensor> forward(Context ctx, Tensor... in) {
      return List.of(answer.clone());
    }

    @Override
    public List<Tensor> backward(Context ctx, Tensor... g) {
      return List.of(g[0]);
    }
  }

  @Test
  void aFunctionOfTheUsersThatMakesNanIsNamed() {
    Tensor x = leaf(1, 2);
    Tensor answer = vector(3, Double.NaN);
    GraphException e = anomaly(() -> new FromJava(answer).apply(x));
    begins("Function 'FromJava' returned nan values in its 0th output. Its inputs were finite.", e);
    assertTrue(e.getMessage().contains("aFunctionOfTheUsersThatMakesNanIsNamed"), e::getMessage);
  }

  @Test
  void anOperationThatOverflowsIsNamed() {
    Tensor x = leaf(1, 1000);
    begins(
        "Function 'Exp' returned inf values in its 0th output.",
        anomaly(() -> x.exp().sigmoid().sum().backward()));
  }

  @Test
  void theForwardPassIsCheckedWithoutABackward() {
    Tensor x = vector(1, 0);
    begins("Function 'Log' returned inf", anomaly(() -> x.log()));
  }

  @Test
  void aWriteThatOverflowsIsNamed() {
    Tensor x = vector(1e30, 1);
    begins("Function 'mul_' returned inf", anomaly(() -> x.mul_(1e30)));
  }

  @Test
  void infinitiesThatWereGivenArePassedOn() {
    Tensor scores = leaf(1, 2, 3);
    Tensor hidden = vector(1, 0, 0).gt(0);
    Autograd.detectAnomaly(() ->
        scores
            .maskedFill(hidden, Double.NEGATIVE_INFINITY)
            .softmax(0)
            .mul(vector(1, 2, 3))
            .sum()
            .backward());
    assertEquals(0, Expect.gradOf(scores).toDoubleArray()[0]);
  }

  @Test
  void whatCameIntoTheBackwardIsNotBlamedOnAFormula() {
    Tensor x = leaf(1, 2);
    begins(
        "Function 'MulBackward0' was given nan values. No formula returned any",
        anomaly(() -> x.mul(2).backward(vector(1, Double.NaN))));
    GraphException e =
        anomaly(() -> {
          Tensor y = x.mul(3);
          y.registerHook(g -> g.div(0));
          y.sum().backward();
        });
    begins("Function 'Div' returned inf", e);
  }

  @Test
  void theUnselectedBranchOfWhereIsRecognised() {
    Tensor x = leaf(4, 0);
    GraphException e = anomaly(() -> Tensors.where(x.gt(0), rootOf(x), zeros(2)).sum().backward());
    begins("Function 'SqrtBackward0' returned nan", e);
    assertTrue(e.getMessage().contains("comes from WhereBackward0"), e::getMessage);
  }

  @Test
  void aNodeOfASecondDerivativeNamesTheNodeThatInducedIt() {
    Tensor x = leaf(0, 1);
    GraphException e =
        anomaly(() -> {
          Tensor slope = Autograd.grad(x.pow(1.5).sum(), x, CREATE_GRAPH);
          slope.sum().backward();
        });
    begins("Function 'PowBackward0' returned inf", e);
    Throwable link = e.getCause().getCause();
    assertEquals("Previous calculation was induced by PowBackward0.", link.getMessage());
  }

  @Test
  void aForwardOutsideTheModeIsNotKnown() {
    Tensor x = leaf(4, 0);
    Tensor y = rootOf(x).sum();
    GraphException e = anomaly(y::backward);
    begins("Function 'SqrtBackward0' returned inf", e);
    assertTrue(e.getMessage().contains("No forward pass information available."), e::getMessage);
  }

  @Test
  void valuesWithoutAnomaliesPass() {
    Tensor x = leaf(1, 2);
    double value =
        Autograd.detectAnomaly(() -> {
          Tensor y = x.exp().mul(x).sum();
          y.backward();
          return y.item();
        });
    assertEquals(Math.E + 2 * Math.exp(2), value, 1e-5);
    Expect.close(x.grad(), 1e-6, 2 * Math.E, 3 * Math.exp(2));
  }

  @Test
  void theModeEndsWithItsBodyAndIsItsThreadsOwn() {
    Tensor x = leaf(4, 0);
    anomaly(() -> rootOf(x).sum().backward());
    rootOf(x).sum().backward();
    Autograd.detectAnomaly(
        () -> CompletableFuture.runAsync(() -> rootOf(x).sum().backward()).join());
  }

  @Test
  void integersAndEmptyTensorsAreNoAnomalies() {
    Autograd.detectAnomaly(() -> {
      vector(1, 2).to(DType.INT64).add(1);
      zeros(0).requiresGrad_().mul(2).sum().backward();
    });
  }

  @Test
  void aBackwardReadsTheDeviceOnce() {
    RecordingBackend backend = RecordingBackend.open();
    Tensor x = Tensors.ones(Tensors.shape(3), DType.FLOAT32, backend.device()).requiresGrad_();
    Autograd.detectAnomaly(() -> {
      Tensor y = x;
      for (int i = 0; i < 20; i++) {
        y = y.mul(x);
      }
      int before = backend.downloads();
      y.sum().backward();
      assertEquals(1, backend.downloads() - before);
    });
    assertFalse(backend.launches().isEmpty());
  }
}
