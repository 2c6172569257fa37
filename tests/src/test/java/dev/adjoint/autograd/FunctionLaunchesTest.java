package dev.adjoint.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Autograd;
import dev.adjoint.GradOption;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.graph.RecordingBackend;
import dev.adjoint.spi.Launch;
import dev.adjoint.type.DType;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What a device is asked to run for a function of the user's.
class FunctionLaunchesTest {
  private final RecordingBackend backend = RecordingBackend.open();

  private Tensor leaf(long... sizes) {
    float[] data = new float[(int) Tensors.shape(sizes).elements()];
    Arrays.fill(data, 2);
    Tensor t = Tensors.tensor(data, DType.FLOAT32, backend.device());
    return t.reshape(sizes).detach().requiresGrad_();
  }

  private void one(Runnable work, String beginning) {
    List<String> launches = RecordingBackend.describe(backend.launchesOf(work));
    assertEquals(1, launches.size(), launches::toString);
    assertTrue(launches.getFirst().startsWith(beginning), launches::toString);
  }

  @Test
  void anExpressionIsOneLaunchEachWay() {
    ElementwiseFunction softsign = ElementwiseFunction.of("softsign", x -> x.div(x.abs().add(1)));
    Tensor x = leaf(4);
    Tensor v = leaf(4).detach();
    Tensor[] y = new Tensor[1];
    one(() -> y[0] = softsign.apply(x), "elementwise abs add div -> 1");
    one(() -> y[0].backward(v), "elementwise ");
  }

  @Test
  void theFirstUseLaunchesNoMoreThanTheSecond() {
    ElementwiseFunction mish = ElementwiseFunction.of("mish", x -> x.mul(x.softplus().tanh()));
    Tensor x = leaf(4).detach();
    one(() -> mish.apply(x), "elementwise ");
    one(() -> mish.apply(x), "elementwise ");
  }

  @Test
  void bothGradientsOfAnExpressionAreOneLaunch() {
    ElementwiseFunction norm =
        ElementwiseFunction.of("norm2", (x, y) -> x.square().add(y.square()).sqrt());
    Tensor z = norm.apply(leaf(4), leaf(4));
    Tensor v = leaf(4).detach();
    List<Launch> launches = backend.launchesOf(() -> z.backward(v));
    String described = RecordingBackend.describe(launches).toString();
    assertEquals(1, launches.size(), described);
    assertTrue(described.endsWith(" -> 2]"), described);
    assertEquals(3, ((Launch.Elementwise) launches.getFirst()).program().inputs().size());
  }

  @Test
  void aSecondDerivativeIsAnotherSingleLaunch() {
    ElementwiseFunction cube = ElementwiseFunction.of("cubed", x -> x.mul(x).mul(x));
    Tensor x = leaf(4);
    Tensor v = leaf(4).detach();
    Tensor y = cube.apply(x);
    Tensor[] g = new Tensor[1];
    one(
        () ->
            g[0] =
                Autograd.grad(List.of(y), List.of(x), List.of(v), GradOption.CREATE_GRAPH)
                    .getFirst(),
        "elementwise ");
    one(() -> Autograd.grad(List.of(g[0]), List.of(x), List.of(v)), "elementwise ");
  }

  @Test
  void anOperandThatWasStretchedFoldsItsGradientInTheSameLaunch() {
    ElementwiseFunction f = ElementwiseFunction.of("scaled", (x, s) -> x.mul(s.exp()));
    Tensor y = f.apply(leaf(4, 3).detach(), leaf(3));
    Tensor v = leaf(4, 3).detach();
    one(() -> y.backward(v), "fold sum(");
  }

  @Test
  void theStepsOfAFunctionsForwardAndBackwardRunTogether() {
    Function f =
        new FunctionTest.Local(
            (ctx, in) -> {
              ctx.saveForBackward(in[0]);
              return List.of(in[0].mul(2).sin().add(1));
            },
            (ctx, g) -> List.of(g[0].mul(ctx.saved(0).mul(2).cos().mul(2))));
    Tensor x = leaf(4);
    Tensor v = leaf(4).detach();
    Tensor[] y = new Tensor[1];
    one(() -> y[0] = f.apply(x), "elementwise mul sin add -> 1");
    one(() -> y[0].backward(v), "elementwise mul cos mul mul -> 1");
  }
}
