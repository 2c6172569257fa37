package dev.adjoint.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.DeviceMemory;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Scope;
import dev.adjoint.Tensor;
import dev.adjoint.type.DType;
import dev.adjoint.type.GraphException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OptimizerTest extends OnEachDevice {

  static List<OptimizerCase> cases() {
    return OptimizerCase.all();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void tenStepsAreThoseOfPyTorch(OptimizerCase c) {
    compare(c, DType.FLOAT64, 1e-12);
    compare(c, DType.FLOAT32, 1e-6);
  }

  private void compare(OptimizerCase c, DType type, double tolerance) {
    List<Tensor> trained = c.train(type, device);
    assertArrayEquals(c.first(), trained.get(0).toDoubleArray(), tolerance, type.toString());
    assertArrayEquals(c.second(), trained.get(1).toDoubleArray(), tolerance, type.toString());
  }

  @Test
  void stepCountsOneVersion() {
    Tensor p = ones(3).requiresGrad_();
    Optimizer adam = new Adam(List.of(p));
    p.sum().backward();
    adam.step();
    assertEquals(1, p.version());
    assertTrue(p.isLeaf() && p.requiresGrad());
  }

  @Test
  void parameterWithoutGradientStays() {
    Tensor used = ones(2).requiresGrad_();
    Tensor unused = ones(2).requiresGrad_();
    Optimizer sgd = new SGD(List.of(used, unused), 0.5);
    used.sum().backward();
    sgd.step();
    assertArrayEquals(new float[] {0.5f, 0.5f}, used.toFloatArray());
    assertEquals(0, unused.version());
  }

  @Test
  void transposedParameterMoves() {
    Tensor p = tensor(new float[][] {{1, 2, 3}, {4, 5, 6}}).t().detach().requiresGrad_();
    Optimizer sgd = new SGD(List.of(p), 1).momentum(0.5);
    p.mul(p).sum().backward();
    sgd.step();
    assertArrayEquals(new float[] {-1, -4, -2, -5, -3, -6}, p.toFloatArray());
  }

  @Test
  void stateOutlivesTheScopeOfTheStepThatMadeIt() {
    Tensor p = ones(2).requiresGrad_();
    Optimizer adam = new Adam(List.of(p), 0.1);
    for (int i = 0; i < 3; i++) {
      try (Scope _ = Scope.open()) {
        adam.zeroGrad();
        p.square().sum().backward();
        adam.step();
      }
    }
    assertEquals(0.7, p.toFloatArray()[0], 1e-2);
  }

  @Test
  void zeroGradGivesMemoryBackAtOnce() {
    long elements = 1 << 20;
    Tensor p = ones(elements).requiresGrad_();
    Optimizer sgd = new SGD(List.of(p), 0.1);
    try (Scope _ = Scope.open()) {
      p.mul(p).sum().backward();
    }
    long before = DeviceMemory.of(device).live();
    sgd.zeroGrad();
    assertTrue(before - DeviceMemory.of(device).live() >= 4 * elements);
  }

  @Test
  void zeroGradLeavesAGradientThatSomebodyHolds() {
    Tensor p = ones(2).requiresGrad_();
    Optimizer sgd = new SGD(List.of(p), 0.1);
    p.sum().backward();
    Tensor held = p.grad();
    sgd.zeroGrad();
    assertNull(p.grad());
    assertArrayEquals(new float[] {1, 1}, held.toFloatArray());
  }

  @Test
  void computedTensorIsNoParameter() {
    Tensor computed = ones(2).requiresGrad_().mul(2);
    GraphException e = assertThrows(GraphException.class, () -> new SGD(List.of(computed), 0.1));
    assertTrue(e.getMessage().startsWith("can't optimize a non-leaf Tensor"), e.getMessage());
  }

  @Test
  void nonsenseIsRefused() {
    List<Tensor> p = List.of(ones(1).requiresGrad_());
    assertThrows(IllegalArgumentException.class, () -> new SGD(List.of(), 0.1));
    assertThrows(IllegalArgumentException.class, () -> new SGD(p, -1));
    assertThrows(IllegalArgumentException.class, () -> new Adam(p).betas(0.9, 1));
    assertThrows(IllegalArgumentException.class, () -> new AdamW(p, Double.NaN));
    p.getFirst().sum().backward();
    assertThrows(IllegalArgumentException.class, () -> new SGD(p, 1).nesterov(true).step());
  }
}
