package dev.adjoint.graph.device;

import static dev.adjoint.Tensors.where;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adjoint.Autograd;
import dev.adjoint.BesideTheCpu;
import dev.adjoint.Expect;
import dev.adjoint.GradOption;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.memory.Window;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import dev.adjoint.type.DeviceException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/// Operands of two devices: 0-d tensors of the CPU count as numbers, everything else is refused.
class MixedDevicesTest extends BesideTheCpu {

  private void refused(Executable body) {
    Expect.fails(
        DeviceException.class,
        "Expected all tensors to be on the same device, but found at least two devices, "
            + device
            + " and cpu!",
        body);
  }

  private void there(Tensor t, double... values) {
    assertEquals(device, t.device());
    Expect.values(t, values);
  }

  private static Tensor cpu(Object data) {
    return Tensors.tensor(data);
  }

  /// A 0-d tensor of the CPU in memory, at an offset.
  private static Tensor number(double value) {
    return cpu(new float[] {-1, (float) value}).select(0, 1).detach();
  }

  @Test
  void tensorsOfTwoDevicesAreRefused() {
    Tensor x = vector(1, 2);
    Tensor cpu = cpu(new float[] {3, 4});
    refused(() -> x.add(cpu));
    refused(() -> cpu.add(x));
    refused(() -> x.mul_(cpu));
    refused(() -> cpu.mul_(x));
    refused(() -> x.lt(cpu));
    refused(() -> where(x.gt(0), x, cpu));
    refused(() -> where(cpu.gt(0), x, x));
    refused(() -> x.clamp(cpu, cpu));
    refused(() -> x.addcmul(x, cpu));
    refused(() -> x.maskedFill(cpu.gt(0), 1));
    assertEquals(0, x.version());
    assertEquals(0, cpu.version());
  }

  @Test
  void onlyTheCpusNumbersMayTravel() {
    Tensor there = scalar(2);
    Tensor vector = cpu(new float[] {3, 4});
    refused(() -> vector.add(there));
    refused(() -> there.add(vector));
    refused(() -> vector.add_(there));
    refused(() -> number(1).add_(there));
    refused(() -> number(1).add_(vector(1)));
    there(number(1).add(there), 3);
    there(there.sub(number(1)), 1);
  }

  @Test
  void structuredOperationsMixNothing() {
    Tensor x = counting(2, 2);
    Tensor cpu = Tensors.ones(2, 2);
    refused(() -> x.matmul(cpu));
    refused(() -> cpu.matmul(x));
    refused(() -> Tensors.cat(List.of(cpu, x), 0));
    refused(() -> Tensors.stack(List.of(scalar(1), number(1)), 0));
    refused(() -> x.indexSelect(0, cpu(new long[] {0})));
    refused(() -> x.gather(0, cpu(new long[][] {{0}})));
  }

  @Test
  void aNumberOfTheCpuJoinsEveryElementwiseOperation() {
    Tensor x = vector(1, 2, 3);
    Tensor two = number(2);
    there(x.add(two), 3, 4, 5);
    there(two.sub(x), 1, 0, -1);
    there(x.add(two, 3), 7, 8, 9);
    there(x.div(two), 0.5, 1, 1.5);
    there(x.pow(two), 1, 4, 9);
    there(two.pow(x), 2, 4, 8);
    there(x.remainder(two), 1, 0, 1);
    there(x.maximum(two), 2, 2, 3);
    there(x.lt(two), 1, 0, 0);
    there(two.ge(x), 1, 1, 0);
    there(where(x.gt(1), two, number(7)), 7, 2, 2);
    there(where(cpu(true), x, two), 1, 2, 3);
    there(where(cpu(false), x, 5), 5, 5, 5);
    there(x.clamp(number(1.5), two), 1.5, 2, 2);
    there(x.lerp(number(5), number(0.5)), 3, 3.5, 4);
    there(x.addcmul(two, number(10)), 21, 22, 23);
    there(x.addcdiv(x, two, 4), 3, 6, 9);
    there(x.maskedFill(x.gt(2), two), 1, 2, 2);
    there(x.logicalAnd(cpu(true)), 1, 1, 1);
  }

  @Test
  void aNumberOfTheCpuJoinsInPlace() {
    Tensor x = vector(1, 2, 3);
    x.add_(number(1)).mul_(cpu(2.0)).lerp_(vector(0, 0, 0), number(0.5));
    there(x, 2, 3, 4);
    x.maskedFill_(x.gt(2), number(9)).clamp_(number(3), number(8)).pow_(number(2));
    there(x, 9, 64, 64);
    Tensor scalar = scalar(3);
    scalar.sub_(number(1));
    there(scalar, 2);
  }

  @Test
  void typesArePromotedAsOnOneDevice() {
    Tensor ints = Tensors.tensor(new long[] {1, 2}, DType.INT64, device);
    assertEquals(DType.FLOAT32, ints.mul(number(2)).dtype());
    assertEquals(DType.FLOAT32, vector(1).mul(number(2).to(DType.FLOAT64)).dtype());
    assertEquals(DType.INT64, ints.add(cpu(1L << 60)).dtype());
    Expect.values(ints.add(cpu(1L << 60)).sub(1L << 60), 1, 2);
    assertEquals(DType.BOOL, ints.eq(cpu(2)).dtype());
  }

  @Test
  void gradientsComeBackToTheirDevices() {
    Tensor x = leaf(1, 2, 3);
    Tensor a = number(2).requiresGrad_();
    Tensor y = x.mul(a);
    assertEquals(
        "AccumulateGrad 0, AccumulateGrad 0", Expect.next(y.gradFn()), "nothing comes between");
    y.sum().backward();
    there(Expect.gradOf(x), 2, 2, 2);
    assertEquals(Device.CPU, Expect.gradOf(a).device());
    Expect.values(a.grad(), 6);
    x.div(a.exp().log()).sum().backward();
    Expect.close(a.grad(), 1e-6, 4.5);
  }

  @Test
  void gradientsInPlaceComeBackToTheirDevices() {
    Tensor x = leaf(1, 2, 3);
    Tensor a = number(2).requiresGrad_();
    Tensor y = x.mul(1);
    y.mul_(a).narrow(0, 0, 2).add_(a);
    y.sum().backward();
    there(Expect.gradOf(x), 2, 2, 2);
    Expect.values(a.grad(), 8);
    assertEquals(Device.CPU, Expect.gradOf(a).device());
  }

  /// A function of a vector and two numbers.
  private interface Formula {
    Tensor of(Tensor x, Tensor a, Tensor b);
  }

  private static final List<Formula> FORMULAS =
      List.of(
          (x, a, b) -> x.add(a).sub(b, 3).div(a),
          (x, a, b) -> a.div(x).mul(b),
          (x, a, b) -> x.pow(a),
          (x, a, b) -> a.pow(x),
          (x, a, b) -> x.remainder(a),
          (x, a, b) -> x.maximum(a).add(a.minimum(x)),
          (x, a, b) -> x.atan2(a).mul(b.atan2(x)),
          (x, a, b) -> x.lerp(a, b),
          (x, a, b) -> a.lerp(b, x),
          (x, a, b) -> x.clamp(a, b).square(),
          (x, a, b) -> x.addcmul(a, b, 3).square(),
          (x, a, b) -> a.addcdiv(x, b),
          (x, a, b) -> where(x.gt(a), a, b).mul(x),
          (x, a, b) -> where(a.lt(b), x, b).square(),
          (x, a, b) -> x.maskedFill(x.gt(2), a).square(),
          (x, a, b) -> x.mul(1).mul_(a).add_(b).pow_(a),
          (x, a, b) -> x.mul(1).lerp_(x, b).clamp_(a, b).mul(x));

  @Test
  void everyFormulaReadsNumbersOfTheCpu() {
    for (Formula f : FORMULAS) {
      List<Tensor> mixed = inputs(device);
      List<Tensor> plain = inputs(Device.CPU);
      List<Tensor> first = gradients(f, mixed);
      List<Tensor> expected = gradients(f, plain);
      String what = "formula " + FORMULAS.indexOf(f);
      for (int i = 0; i < mixed.size(); i++) {
        assertEquals(mixed.get(i).device(), first.get(i).device(), what);
        close(first.get(i), expected.get(i), what);
      }
      List<Tensor> second = gradients(first, mixed);
      List<Tensor> wanted = gradients(expected, plain);
      for (int i = 0; i < mixed.size(); i++) {
        assertEquals(mixed.get(i).device(), second.get(i).device(), what);
        close(second.get(i), wanted.get(i), what + ", second derivative");
      }
    }
  }

  private static void close(Tensor actual, Tensor expected, String what) {
    double[] wanted = expected.toDoubleArray();
    double[] got = actual.toDoubleArray();
    assertEquals(wanted.length, got.length, what);
    for (int i = 0; i < wanted.length; i++) { // pow, log and exp of a GPU differ by some ulps
      assertEquals(wanted[i], got[i], 2e-5 * Math.max(1, Math.abs(wanted[i])), what);
    }
  }

  private static List<Tensor> inputs(Device device) {
    float[] x = {0.5f, 1.25f, 3};
    return List.of(
        Tensors.tensor(x, DType.FLOAT32, device).requiresGrad_(),
        number(2).requiresGrad_(),
        number(2.5).requiresGrad_());
  }

  private static List<Tensor> gradients(Formula f, List<Tensor> inputs) {
    return gradients(List.of(f.of(inputs.get(0), inputs.get(1), inputs.get(2))), inputs);
  }

  private static List<Tensor> gradients(List<Tensor> from, List<Tensor> inputs) {
    List<Tensor> roots =
        from.stream().filter(Tensor::requiresGrad).map(t -> t.mul(t).sum()).toList();
    return Autograd.grad(
        roots,
        inputs,
        null,
        GradOption.CREATE_GRAPH,
        GradOption.ALLOW_UNUSED,
        GradOption.MATERIALIZE_GRADS);
  }

  @Test
  void secondDerivativesCrossDevicesToo() {
    Tensor x = leaf(1, 2, 3);
    Tensor a = number(3).requiresGrad_();
    Tensor first = Autograd.grad(x.mul(a).mul(a).sum(), a, GradOption.CREATE_GRAPH);
    assertEquals(Device.CPU, first.device());
    Expect.values(first, 36);
    first.backward();
    Expect.values(a.grad(), 12);
    there(Expect.gradOf(x), 6, 6, 6);
    Tensor slope = Autograd.grad(x.pow(a).sum(), x, GradOption.CREATE_GRAPH);
    Tensor mixed = Autograd.grad(slope.sum(), a);
    assertEquals(Device.CPU, mixed.device());
    double expected = 0;
    for (double v : new double[] {1, 2, 3}) {
      expected += v * v * (1 + 3 * Math.log(v));
    }
    Expect.close(mixed, 1e-5, expected);
  }

  @Test
  void aNumberThatWasOverwrittenIsNoticed() {
    Tensor x = leaf(1, 2);
    Tensor a = number(2);
    Tensor y = x.mul(a);
    a.add_(1);
    Expect.fails(
        dev.adjoint.type.GraphException.class,
        "one of the variables needed for gradient computation has been modified",
        () -> y.sum().backward());
  }

  @Test
  void aPendingNumberIsComputedFirst() {
    Tensor x = vector(1, 2);
    try (Window _ = Window.open()) {
      Tensor a = number(2).mul(3).add(1);
      there(x.mul(a), 7, 14);
    }
  }
}
