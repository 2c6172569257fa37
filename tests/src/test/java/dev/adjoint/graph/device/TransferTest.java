package dev.adjoint.graph.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Autograd;
import dev.adjoint.BesideTheCpu;
import dev.adjoint.Expect;
import dev.adjoint.GradOption;
import dev.adjoint.Scope;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.memory.LiveBytes;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import dev.adjoint.type.DeviceException;
import dev.adjoint.type.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Tensors that go from one device to another, and gradients that come back.
class TransferTest extends BesideTheCpu {

  private static Tensor cpu(Object data) {
    return Tensors.tensor(data);
  }

  private static Tensor home(float... values) {
    return cpu(values).requiresGrad_();
  }

  @Test
  void aTensorGoesThereAndBack() {
    for (DType type : DType.values()) {
      Tensor x = Tensors.tensor(new long[] {0, 1, 1}, type, Device.CPU);
      Tensor there = x.to(device);
      assertEquals(device, there.device());
      assertEquals(type, there.dtype());
      assertEquals(Device.CPU, there.to(Device.CPU).device());
      Expect.values(there.to(Device.CPU), 0, 1, 1);
    }
  }

  @Test
  void viewsConstantsAndEmptyTensorsGoToo() {
    Tensor x = counting(2, 3);
    Expect.values(x.t().to(Device.CPU), 0, 3, 1, 4, 2, 5);
    Expect.values(x.narrow(1, 1, 2).to(Device.CPU), 1, 2, 4, 5);
    Expect.values(scalar(3).expand(2, 2).to(Device.CPU), 3, 3, 3, 3);
    Expect.values(ones(2).to(Device.CPU), 1, 1);
    Expect.shape(zeros(0, 3).to(Device.CPU), 0, 3);
    Expect.values(Tensors.eye(2).to(device), 1, 0, 0, 1);
  }

  @Test
  void theSameDeviceIsTheSameTensor() {
    Tensor x = leaf(1, 2);
    assertSame(x, x.to(device));
    Tensor y = x.mul(2);
    assertSame(y, y.to(device));
  }

  @Test
  void theGradientComesBackToTheLeaf() {
    Tensor x = home(1, 2, 3);
    Tensor there = x.to(device);
    assertTrue(there.toString().endsWith("grad_fn=<ToCopyBackward0>)"), there::toString);
    there.mul(vector(4, 5, 6)).sum().backward();
    assertEquals(Device.CPU, Expect.gradOf(x).device());
    Expect.values(x.grad(), 4, 5, 6);
    assertNull(there.grad());
  }

  @Test
  void aComputedTensorGoesInTheMiddle() {
    Tensor x = home(1, 2, 3);
    Tensor y = x.mul(2).to(device).square().to(Device.CPU).sum();
    y.backward();
    Expect.values(x.grad(), 8, 16, 24);
  }

  @Test
  void bothWaysMeetInOneGradient() {
    Tensor x = leaf(1, 2);
    Tensor a = x.exp().log().to(Device.CPU).mul(3);
    Tensor b = x.mul(5).to(Device.CPU);
    a.add(b).sum().backward();
    assertEquals(device, Expect.gradOf(x).device());
    Expect.close(x.grad(), 1e-6, 8, 8);
  }

  @Test
  void derivativesOfAnyOrderCross() {
    Tensor x = home(1, 2);
    Tensor y = x.to(device).pow(3).sum();
    Tensor first = Autograd.grad(y, x, GradOption.CREATE_GRAPH);
    assertEquals(Device.CPU, first.device());
    Expect.values(first, 3, 12);
    Tensor second = Autograd.grad(first.sum(), x, GradOption.CREATE_GRAPH);
    Expect.values(second, 6, 12);
    Expect.values(Autograd.grad(second.sum(), x), 6, 6);
  }

  @Test
  void hooksAndRetainedGradientsSeeTheDeviceOfTheirTensor() {
    Tensor x = home(1, 2);
    Tensor there = x.to(device);
    there.retainGrad();
    there.registerHook(g -> {
      assertEquals(device, g.device());
      return g.mul(10);
    });
    there.sum().backward();
    assertEquals(device, Expect.gradOf(there).device());
    Expect.values(there.grad(), 10, 10);
    Expect.values(x.grad(), 10, 10);
  }

  @Test
  void aHookMayNotReturnAGradientOfAnotherDevice() {
    Tensor y = leaf(1, 2).mul(2);
    y.registerHook(g -> g.to(Device.CPU));
    Expect.fails(
        DeviceException.class,
        "hook has changed the device of value (was " + device + " got cpu)",
        () -> y.sum().backward());
  }

  @Test
  void copyCrossesDevices() {
    Tensor source = home(1, 2, 3);
    Tensor target = zeros(2, 3);
    assertSame(target, target.copy_(source));
    assertEquals(device, target.device());
    Expect.values(target, 1, 2, 3, 1, 2, 3);
    target.mul(counting(2, 3)).sum().backward();
    assertEquals(Device.CPU, Expect.gradOf(source).device());
    Expect.values(source.grad(), 3, 5, 7);
    assertEquals(1, target.version());
  }

  @Test
  void copyConvertsStretchesAndWritesThroughViews() {
    Tensor target = Tensors.zeros(Shape.of(2, 3), DType.INT64, Device.CPU);
    target.t().narrow(0, 1, 2).copy_(scalar(2.9));
    Expect.values(target, 0, 2, 2, 0, 2, 2);
    target.select(0, 0).copy_(vector(7, 8, 9));
    Expect.values(target, 7, 8, 9, 0, 2, 2);
    Tensor x = leaf(1, 2);
    Tensor part = x.mul(1);
    part.narrow(0, 0, 1).copy_(cpu(5.0));
    part.sum().backward();
    Expect.values(x.grad(), 0, 1);
  }

  @Test
  void aGradientOfAnotherDeviceIsNotAssigned() {
    Tensor x = leaf(1, 2);
    Expect.fails(
        DeviceException.class,
        "attempting to assign a gradient with device type 'cpu' to a tensor with device type '"
            + device.kind()
            + "'. Please ensure that the gradient and the tensor are on the same device",
        () -> x.setGrad(Tensors.ones(2)));
    Tensor y = home(1, 2);
    Expect.fails(
        DeviceException.class,
        "attempting to assign a gradient with device type '" + device.kind() + "'",
        () -> y.setGrad(ones(2)));
    x.setGrad(ones(2));
    Expect.values(x.grad(), 1, 1);
  }

  @Test
  void backwardTakesAGradientOfTheRootsDevice() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(2);
    String message = "invalid gradient at index 0 - expected device " + device + " but got cpu";
    Tensor wrong = Tensors.ones(2);
    Expect.fails(DeviceException.class, message, () -> y.backward(wrong));
    Expect.fails(
        DeviceException.class,
        message,
        () -> Autograd.grad(List.of(y), List.of(x), List.of(wrong)));
    assertNull(x.grad());
    y.backward(ones(2));
    Expect.values(x.grad(), 2, 2);
  }

  @Test
  void backwardBringsANumberToItsRoot() {
    Tensor x = scalarLeaf(3);
    x.mul(x).backward(cpu(2.0));
    assertEquals(device, Expect.gradOf(x).device());
    Expect.values(x.grad(), 12);
  }

  @Test
  void onesLieOnTheDiagonalOfAnyMatrix() {
    Expect.values(Tensors.eye(2, 3, DType.INT32, device), 1, 0, 0, 0, 1, 0);
    Expect.values(Tensors.eye(3, 2, DType.FLOAT64, device), 1, 0, 0, 1, 0, 0);
    Expect.values(Tensors.eye(2, 2, DType.BOOL, device), 1, 0, 0, 1);
    assertEquals(Shape.of(0, 4), Tensors.eye(0, 4, DType.FLOAT32, device).shape());
    Tensor large = Tensors.eye(100, 130, DType.FLOAT32, device);
    assertEquals(0, large.version());
    assertEquals(100, large.diagonal().sum().item());
    assertEquals(100, large.sum().item());
  }

  @Test
  void factoriesMakeTensorsOnTheDevice() {
    Shape shape = Shape.of(2, 3);
    DType type = DType.FLOAT32;
    List<Tensor> made =
        List.of(
            Tensors.tensor(1.5, type, device),
            Tensors.tensor(new int[] {1}, DType.INT32, device),
            Tensors.zeros(shape, type, device),
            Tensors.ones(shape, type, device),
            Tensors.full(shape, 7, type, device),
            Tensors.empty(shape, type, device),
            Tensors.arange(0, 5, 2, DType.INT64, device),
            Tensors.linspace(0, 1, 3, type, device),
            Tensors.eye(2, 3, type, device),
            Tensors.rand(shape, device),
            Tensors.randn(shape, device),
            Tensors.randint(0, 9, shape, DType.INT64, device),
            Tensors.randperm(5, DType.INT64, device));
    for (Tensor t : made) {
      assertEquals(device, t.device());
      assertEquals(device, t.to(DType.FLOAT64).device());
      for (Tensor like : List.of(Tensors.zerosLike(t), Tensors.onesLike(t), Tensors.emptyLike(t))) {
        assertEquals(device, like.device());
      }
    }
    assertEquals(device, Tensors.randLike(made.get(2)).device());
    assertEquals(device, Tensors.randnLike(made.get(2)).device());
    assertEquals(device, Tensors.fullLike(made.get(2), 1).device());
  }

  @Test
  void oneSeedGivesOneStreamOnBothDevices() {
    for (Shape shape : List.of(Shape.of(5), Shape.of(3, 1000))) {
      Tensors.manualSeed(3);
      Tensor here = Tensors.rand(shape);
      Tensor order = Tensors.randperm(100);
      Tensors.manualSeed(3);
      Expect.values(Tensors.rand(shape, device), here.toDoubleArray());
      Expect.values(Tensors.randperm(100, DType.INT64, device), order.toDoubleArray());
    }
  }

  @Test
  void aTransferLeavesNoMemoryBehind() {
    Tensor x = Tensors.ones(1 << 16).mul(2);
    final long before = LiveBytes.settled(device);
    try (Scope _ = Scope.open()) {
      x.to(device).mul(2).to(Device.CPU);
    }
    assertEquals(before, LiveBytes.settled(device), 4096);
  }
}
