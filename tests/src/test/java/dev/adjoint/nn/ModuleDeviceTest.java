package dev.adjoint.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.BesideTheCpu;
import dev.adjoint.Expect;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.optim.Adam;
import dev.adjoint.optim.Optimizer;
import dev.adjoint.optim.SGD;
import dev.adjoint.type.Device;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/// Modules that move to another device, and optimisers that go along.
class ModuleDeviceTest extends BesideTheCpu {

  private static Sequential network() {
    Tensors.manualSeed(1);
    return new Sequential(new Linear(4, 8), Activation.TANH, new Linear(8, 2));
  }

  private static void step(Module network, Optimizer optimizer, Device device) {
    optimizer.zeroGrad();
    Tensors.manualSeed(5);
    network.forward(Tensors.randn(Tensors.shape(3, 4), device)).square().sum().backward();
    optimizer.step();
  }

  @Test
  void parametersStayTheSameTensors() {
    Sequential network = network();
    List<Tensor> parameters = network.parameters();
    final List<double[]> values = parameters.stream().map(Tensor::toDoubleArray).toList();
    assertSame(network, network.to(device));
    for (int i = 0; i < parameters.size(); i++) {
      Tensor p = network.parameters().get(i);
      assertSame(parameters.get(i), p);
      assertEquals(device, p.device());
      assertTrue(p.isLeaf() && p.requiresGrad() && p.isContiguous());
      Expect.values(p, values.get(i));
    }
    assertEquals(device, network.forward(ones(1, 4)).device());
    network.to(Device.CPU);
    assertEquals(Device.CPU, parameters.getFirst().device());
  }

  @Test
  void gradientsMoveWithTheirParameters() {
    Linear linear = new Linear(2, 2);
    linear.forward(Tensors.ones(1, 2)).sum().backward();
    Tensor held = Expect.gradOf(linear.weight());
    linear.to(device);
    assertSame(held, linear.weight().grad());
    assertEquals(device, held.device());
    linear.forward(ones(1, 2)).sum().backward();
    Expect.values(linear.weight().grad(), 2, 2, 2, 2);
  }

  @Test
  void aGraphFromBeforeTheMoveStillHasItsGradient() {
    Linear linear = new Linear(2, 2);
    Tensor loss = linear.forward(Tensors.ones(1, 2)).sum();
    linear.to(device);
    loss.backward();
    assertEquals(device, Expect.gradOf(linear.weight()).device());
    Expect.values(linear.weight().grad(), 1, 1, 1, 1);
  }

  @Test
  void optimisersFollow() {
    List<Function<List<Tensor>, Optimizer>> kinds =
        List.of(p -> new SGD(p, 0.1).momentum(0.9), p -> new SGD(p, 0.1), p -> new Adam(p, 0.1));
    for (Function<List<Tensor>, Optimizer> kind : kinds) {
      List<double[]> found = new ArrayList<>();
      for (Device second : List.of(Device.CPU, device)) {
        Sequential network = network();
        Optimizer optimizer = kind.apply(network.parameters());
        step(network, optimizer, Device.CPU);
        network.to(second);
        step(network, optimizer, second);
        step(network, optimizer, second);
        assertEquals(second, network.parameters().getFirst().device());
        found.add(network.parameters().getFirst().toDoubleArray());
      }
      for (int i = 0; i < found.get(0).length; i++) {
        assertEquals(found.get(0)[i], found.get(1)[i], 1e-5);
      }
    }
  }

  @Test
  void aModuleWithoutParametersHasNothingToMove() {
    Module tanh = Tensor::tanh;
    assertSame(tanh, tanh.to(device));
  }

  @Test
  void modulesAreMadeOnTheDevice() {
    Tensors.manualSeed(1);
    double[] here = new Linear(3, 4).weight().toDoubleArray();
    Tensors.manualSeed(1);
    Linear linear = new Linear(3, 4, device);
    assertEquals(device, linear.weight().device());
    Expect.values(linear.weight(), here);
    Tensor logits = linear.forward(ones(2, 3));
    Tensor target = Tensors.zeros(Tensors.shape(2), dev.adjoint.type.DType.INT64, device);
    assertEquals(device, Losses.crossEntropy(logits, target).device());
  }
}
