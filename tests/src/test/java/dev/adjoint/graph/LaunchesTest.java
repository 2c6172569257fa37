package dev.adjoint.graph;

import static dev.adjoint.graph.RecordingBackend.describe;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.adjoint.Autograd;
import dev.adjoint.GradOption;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.memory.AtOnce;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Program;
import dev.adjoint.type.DType;
import dev.adjoint.type.TensorException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What a device is asked to run, seen by one that only keeps a list.
@ExtendWith(AtOnce.class)
class LaunchesTest {
  private final RecordingBackend backend = RecordingBackend.open();

  private Tensor tensor(long... sizes) {
    float[] data = new float[(int) Tensors.shape(sizes).elements()];
    Arrays.fill(data, 2);
    return Tensors.tensor(data, DType.FLOAT32, backend.device()).reshape(sizes).detach();
  }

  private Tensor leaf(long... sizes) {
    return tensor(sizes).requiresGrad_();
  }

  private void launches(Runnable work, String... expected) {
    assertEquals(List.of(expected), describe(backend.launchesOf(work)));
  }

  private Program programOf(Runnable work) {
    List<Launch> launches = backend.launchesOf(work);
    assertEquals(1, launches.size(), () -> "launches: " + describe(launches));
    return assertInstanceOf(Launch.Elementwise.class, launches.getFirst()).program();
  }

  @Test
  void anOperationIsOneLaunch() {
    Tensor x = tensor(3);
    Tensor y = tensor(3);
    launches(() -> x.mul(y), "elementwise mul -> 1");
    launches(() -> x.exp(), "elementwise exp -> 1");
    launches(() -> x.sum(), "fold sum()");
    launches(() -> x.add_(y), "elementwise add -> 1");
  }

  @Test
  void aNumberIsAScalarOfTheProgramNotAnOperand() {
    Tensor x = tensor(3);
    Program program = programOf(() -> x.mul(3));
    assertEquals(List.of(DType.FLOAT32), program.inputs());
    assertEquals(List.of(DType.FLOAT32), program.scalars());
    Program constant = programOf(() -> x.mul(Tensors.fullLike(x, 3)));
    assertEquals(program, constant, "a constant tensor is a number too");
  }

  @Test
  void differentNumbersAndShapesShareOneProgram() {
    Program first = programOf(() -> tensor(3).mul(3));
    assertEquals(first, programOf(() -> tensor(3).mul(4)));
    assertEquals(first, programOf(() -> tensor(5, 7).mul(5)));
    assertEquals(first, programOf(() -> tensor(5, 7).t().mul(5)));
  }

  @Test
  void constantsViewsAndDetachingLaunchNothing() {
    Tensor x = leaf(2, 3);
    launches(() -> Tensors.zerosLike(x));
    launches(() -> Tensors.full(Tensors.shape(4), 7, DType.FLOAT32, backend.device()));
    launches(() -> {
      x.t().unsqueeze(0).squeeze(0).view(3, 2);
      x.select(0, 1).narrow(0, 0, 2).expand(5, 2);
      x.permute(1, 0).diagonal();
      x.unbind();
      x.split(1, 1);
      x.view(6).reshape(3, 2).flatten();
      x.detach().requiresGrad_();
      x.contiguous();
      x.to(DType.FLOAT32);
    });
  }

  @Test
  void theGradientOfTanhIsOneLaunch() {
    Tensor x = leaf(3);
    Tensor y = x.tanh();
    Tensor v = tensor(3);
    launches(() -> y.backward(v), "elementwise square sub mul -> 1");
  }

  @Test
  void theGradientOfSigmoidReadsItsSavedResultOnce() {
    Tensor y = leaf(3).sigmoid();
    Tensor v = tensor(3);
    assertEquals(2, programOf(() -> y.backward(v)).inputs().size());
  }

  @Test
  void bothGradientsOfAProductAreOneLaunch() {
    Tensor x = leaf(3);
    Tensor y = leaf(3);
    Tensor z = x.mul(y);
    Tensor v = tensor(3);
    launches(() -> z.backward(v), "elementwise mul mul -> 2");
  }

  @Test
  void onlyTheGradientThatIsAskedForIsComputed() {
    Tensor z = leaf(3).mul(tensor(3));
    Tensor v = tensor(3);
    launches(() -> z.backward(v), "elementwise mul -> 1");
    Tensor a = leaf(3);
    Tensor b = leaf(3);
    Tensor c = a.exp().mul(b.exp());
    launches(
        () -> Autograd.grad(List.of(c), List.of(a), List.of(v)),
        "elementwise mul -> 1",
        "elementwise mul -> 1");
  }

  @Test
  void theGradientOfASumIsANumberWithoutALaunch() {
    Tensor x = leaf(3);
    Tensor y = x.mul(x).sum();
    List<Launch> launches = backend.launchesOf(y::backward);
    assertEquals("elementwise", describe(launches.getFirst()).split(" ")[0]);
    Program first = ((Launch.Elementwise) launches.getFirst()).program();
    assertEquals(1, first.inputs().size(), "x; the 1 is a scalar: " + first);
  }

  @Test
  void aSumTakesAPendingProductAsItsPrologue() {
    Tensor x = tensor(2, 3);
    Tensor b = leaf(3);
    Tensor y = x.mul(b);
    Tensor v = tensor(2, 3);
    launches(() -> y.backward(v), "fold sum(mul)");
  }

  @Test
  void unboundGradientsArePackedByOneKernel() {
    Tensor x = leaf(3, 4);
    List<Tensor> rows = x.unbind();
    Tensor v = tensor(4);
    launches(() -> Autograd.backward(rows, List.of(v, v, v)), "call pack");
  }

  @Test
  void addingPassesTheGradientOnWithoutComputing() {
    Tensor a = leaf(3);
    Tensor y = a.add(1).sub(2).view(3, 1);
    Tensor v = tensor(3, 1);
    launches(() -> Autograd.grad(List.of(y), List.of(a), List.of(v)));
  }

  @Test
  void nothingIsLaunchedWhenACheckFails() {
    Tensor x = leaf(3);
    Tensor y = x.mul(2);
    Tensor wrong = tensor(4);
    final int before = backend.launches().size();
    assertThrows(TensorException.class, () -> x.add(wrong));
    assertThrows(TensorException.class, () -> x.add_(1));
    assertThrows(TensorException.class, () -> y.add_(wrong));
    assertThrows(TensorException.class, () -> Autograd.noGrad(() -> y.view(3)).mul_(2));
    assertThrows(TensorException.class, () -> y.view(2, 2));
    assertThrows(TensorException.class, () -> y.sum(3));
    assertThrows(TensorException.class, y::backward);
    assertThrows(TensorException.class, () -> y.backward(wrong));
    assertThrows(TensorException.class, () -> Autograd.grad(y.sum(), wrong));
    // The last one summed y before it was refused.
    assertEquals(List.of("fold sum()"), describe(backend.launches().subList(before, before + 1)));
    assertEquals(before + 1, backend.launches().size());
  }

  @Test
  void aStaleSavedTensorIsFoundBeforeItsFormulaRuns() {
    Tensor x = leaf(3);
    Tensor y = x.mul(1);
    Tensor z = y.mul(y);
    y.add_(1);
    Tensor v = tensor(3);
    final int before = backend.launches().size();
    assertThrows(TensorException.class, () -> z.backward(v));
    assertEquals(before, backend.launches().size());
  }

  @Test
  void emptyTensorsLaunchNothing() {
    Tensor x = Tensors.empty(Tensors.shape(0, 3), DType.FLOAT32, backend.device());
    launches(() -> x.mul(2).add(x));
    launches(() -> x.add_(1));
  }

  @Test
  void adjacentDimensionsAreWalkedAsOne() {
    Tensor x = tensor(4, 5, 6);
    Launch.Elementwise flat = (Launch.Elementwise) backend.launchesOf(() -> x.exp()).getFirst();
    assertEquals(List.of(120L), Arrays.stream(flat.shape()).boxed().toList());
    Launch.Elementwise sliced =
        (Launch.Elementwise) backend.launchesOf(() -> x.narrow(1, 0, 2).exp()).getFirst();
    assertEquals(List.of(4L, 12L), Arrays.stream(sliced.shape()).boxed().toList());
  }

  @Test
  void accumulatingIntoAGradientIsOneLaunchInPlace() {
    Tensor x = leaf(3);
    Tensor v = tensor(3);
    Tensor y = x.mul(tensor(3));
    y.backward(v, GradOption.RETAIN_GRAPH);
    launches(() -> y.backward(v), "elementwise mul -> 1", "elementwise add -> 1");
  }

  @Test
  void convertingInsideAnOperationIsPartOfItsProgram() {
    Tensor x = tensor(3);
    Tensor wide = x.to(DType.FLOAT64);
    launches(() -> x.mul(wide), "elementwise cast mul -> 1");
  }
}
