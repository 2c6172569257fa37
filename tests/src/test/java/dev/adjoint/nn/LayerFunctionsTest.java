package dev.adjoint.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Autograd;
import dev.adjoint.Expect;
import dev.adjoint.GradOption;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.ops.cases.Elements;
import dev.adjoint.type.DType;
import dev.adjoint.type.GraphException;
import dev.adjoint.type.ShapeException;
import org.junit.jupiter.api.Test;

/// Convolutions, pools and normalisations in the graph: what their nodes are called, what they save, and
/// what else they write.
class LayerFunctionsTest extends OnEachDevice {

  private Tensor random(long... sizes) {
    return Tensors.randn(Tensors.shape(sizes), DType.FLOAT32, device);
  }

  private static String node(Tensor t) {
    return t.gradFn().name();
  }

  @Test
  void nodesHavePyTorchsNames() {
    Tensor x = random(2, 2, 4, 4).requiresGrad_();
    assertEquals("ConvolutionBackward0", node(x.conv2d(random(3, 2, 2, 2))));
    assertEquals("MaxPool2DWithIndicesBackward0", node(x.maxPool2d(2)));
    assertEquals("AvgPool2DBackward0", node(x.avgPool2d(2)));
    assertEquals("NativeLayerNormBackward0", node(x.layerNorm(4)));
    assertEquals("NativeGroupNormBackward0", node(x.groupNorm(1)));
    assertEquals(
        "NativeBatchNormBackward0", node(x.batchNorm(null, null, null, null, true, 0.1, 1e-5)));
    Tensor line = x.select(0, 0).select(0, 0);
    assertEquals("SqueezeBackward1", node(line.maxPool1d(2)));
    assertEquals("SqueezeBackward1", node(x.select(0, 0).conv2d(random(3, 2, 2, 2))));
    Tensor slope =
        Autograd.grad(x.conv2d(random(3, 2, 2, 2)).square().sum(), x, GradOption.CREATE_GRAPH);
    assertEquals("ConvolutionBackwardBackward0", node(slope));
  }

  @Test
  void convolutionSavesTheInputForTheWeightAndTheWeightForTheInput() {
    Tensor x = random(1, 1, 3, 3);
    Tensor w = random(1, 1, 2, 2).requiresGrad_();
    Tensor y = x.conv2d(w);
    Autograd.noGrad(() -> w.mul_(2)); // nobody asks for x's gradient
    y.sum().backward();
    Tensor z = x.conv2d(w);
    x.mul_(2);
    GraphException thrown = assertThrows(GraphException.class, () -> z.sum().backward());
    assertTrue(
        thrown.getMessage().startsWith("one of the variables needed for gradient computation has"),
        thrown.getMessage());
  }

  @Test
  void placesOfMaximaHaveNoGradient() {
    Tensor x = random(1, 1, 4, 4).requiresGrad_();
    var found = x.maxPool2dWithIndices(PoolOptions.of(2));
    assertNull(found.indices().gradFn());
    assertEquals(DType.INT64, found.indices().dtype());
  }

  @Test
  void windowThatStepsOverTheWholeInputIsRefused() {
    PoolOptions wide = PoolOptions.of(2).dilation(3).padding(2);
    Tensor x = random(1, 1, 1, 1);
    ShapeException thrown = assertThrows(ShapeException.class, () -> x.maxPool2d(wide));
    assertTrue(thrown.getMessage().contains("sees no element"), thrown.getMessage());
  }

  @Test
  void trainingFollowsTheBatchAndCountsAVersion() {
    Tensor x = Tensors.tensor(new double[] {1, 3}, DType.FLOAT64, device).view(2, 1);
    Tensor mean = Tensors.zeros(Tensors.shape(1), DType.FLOAT64, device);
    Tensor variance = Tensors.ones(Tensors.shape(1), DType.FLOAT64, device);
    x.batchNorm(mean, variance, null, null, true, 0.25, 0);
    Expect.values(mean, 0.5);
    Expect.values(variance, 0.75 + 0.25 * 2);
    assertTrue(mean.version() > 0 && variance.version() > 0);
    long before = mean.version();
    x.batchNorm(mean, variance, null, null, false, 0.25, 0);
    assertEquals(before, mean.version());
  }

  @Test
  void runningStatisticsWrittenBetweenForwardAndBackwardFailIt() {
    Tensor x = random(2, 1).requiresGrad_();
    Tensor mean = random(1);
    Tensor variance = random(1).square().add(1);
    Tensor y = x.batchNorm(mean, variance, null, null, false, 0.1, 1e-5);
    variance.mul_(2);
    assertThrows(GraphException.class, () -> y.sum().backward());
  }

  @Test
  void thirdDerivativeOfANormalisationIsThatOfItsFormula() {
    Tensor x = random(3, 4).to(DType.FLOAT64).requiresGrad_();
    Tensor rest = x.sub(x.mean(new int[] {1}, true));
    Tensor formula = rest.div(rest.square().mean(new int[] {1}, true).add(1e-5).sqrt());
    double[] expected = Elements.download(thirdOfCubes(formula, x));
    Expect.close(thirdOfCubes(x.layerNorm(4), x).reshape(12), 1e-6, expected);
    Tensor channels = x.t().reshape(1, 4, 3).permute(0, 2, 1);
    Tensor normal = channels.batchNorm(null, null, null, null, true, 0.1, 1e-5);
    Expect.close(thirdOfCubes(normal, x).reshape(12), 1e-6, expected);
  }

  private static Tensor thirdOfCubes(Tensor y, Tensor x) {
    Tensor first = Autograd.grad(y.pow(3).sum(), x, GradOption.CREATE_GRAPH);
    Tensor second = Autograd.grad(first.square().sum(), x, GradOption.CREATE_GRAPH);
    return Autograd.grad(second.square().sum(), x);
  }
}
