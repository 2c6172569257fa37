package dev.adjoint.nn;

import static dev.adjoint.Tensors.manualSeed;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.type.DType;
import dev.adjoint.type.ShapeException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ModuleTest extends OnEachDevice {

  @BeforeEach
  void seed() {
    manualSeed(1);
  }

  private Sequential network() {
    return new Sequential(new Linear(4, 8, device), Activation.RELU, new Linear(8, 2, device));
  }

  @Test
  void parametersAreNamedByTheirPath() {
    Sequential network = network();
    assertEquals(
        List.of("0.weight", "0.bias", "2.weight", "2.bias"),
        List.copyOf(network.namedParameters().keySet()));
    assertTrue(network.parameters().stream().allMatch(p -> p.isLeaf() && p.requiresGrad()));
  }

  @Test
  void printsAsPyTorch() {
    assertEquals(
        """
        Sequential(
          (0): Linear(in_features=4, out_features=8, bias=True)
          (1): ReLU()
          (2): Linear(in_features=8, out_features=2, bias=True)
        )\
        """,
        network().toString());
  }

  @Test
  void sequentialIsItsPartsInOrder() {
    Linear first = new Linear(3, 5, device);
    Linear second = new Linear(5, 2, device);
    Tensor x = ones(7, 3);
    Tensor expected = second.forward(first.forward(x).tanh());
    Tensor actual = new Sequential(first, Tensor::tanh, second).forward(x);
    assertArrayEquals(expected.toFloatArray(), actual.toFloatArray());
  }

  @Test
  void linearStartsWithinOneOverTheRootOfItsInputs() {
    Linear linear = new Linear(400, 300, device);
    for (Tensor p : linear.parameters()) {
      double greatest = 0;
      for (float v : p.toFloatArray()) {
        greatest = Math.max(greatest, Math.abs(v));
      }
      assertTrue(greatest <= 0.05 && greatest > 0.049, "greatest " + greatest);
    }
    assertEquals(0, linear.weight().mean().item(), 1e-3);
    assertEquals(0.05 / Math.sqrt(3), deviation(linear.weight()), 1e-4);
  }

  @Test
  void linearWithoutBias() {
    Linear linear = new Linear(3, 2, false, DType.FLOAT64, device);
    assertEquals(1, linear.parameters().size());
    assertEquals(DType.FLOAT64, linear.forward(linear.weight()).dtype());
  }

  @Test
  void sameSeedSameParameters() {
    float[] first = new Linear(5, 5, device).weight().toFloatArray();
    manualSeed(1);
    assertArrayEquals(first, new Linear(5, 5, device).weight().toFloatArray());
  }

  @Test
  void initialValuesHaveTheirDeviation() {
    Tensor t = empty(300, 500);
    assertEquals(0.5, deviation(Initializers.normal_(t, 2, 0.5)), 5e-3);
    assertEquals(2, t.mean().item(), 5e-3);
    assertEquals(Math.sqrt(2.0 / 800), deviation(Initializers.xavierUniform_(t, 1)), 1e-3);
    assertEquals(Math.sqrt(2.0 / 500), deviation(Initializers.kaimingUniform_(t, 0)), 1e-3);
  }

  @Test
  void initialValuesNeedTwoDimensions() {
    assertThrows(ShapeException.class, () -> Initializers.kaimingUniform_(empty(3), 0));
  }

  @Test
  void parameterMayBeInitialisedAgain() {
    Linear linear = new Linear(2, 2, device);
    Initializers.uniform_(linear.weight(), 3, 4);
    assertTrue(linear.weight().isLeaf() && linear.weight().requiresGrad());
  }

  @Test
  void nameIsTakenOnce() {
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new Block() {
              {
                child("a", Activation.TANH);
                parameter("a", ones(1));
              }

              @Override
              public Tensor forward(Tensor input) {
                return input;
              }
            });
  }

  private Tensor empty(long... sizes) {
    return Tensors.empty(Tensors.shape(sizes), DType.FLOAT32, device);
  }

  private static double deviation(Tensor t) {
    Tensor centred = t.detach().sub(t.detach().mean());
    return Math.sqrt(centred.square().mean().item());
  }
}
