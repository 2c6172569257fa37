package dev.adjoint.graph;

import static dev.adjoint.Tensors.shape;
import static dev.adjoint.type.DType.BFLOAT16;
import static dev.adjoint.type.DType.FLOAT16;
import static dev.adjoint.type.DType.FLOAT32;
import static dev.adjoint.type.DType.INT32;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Autograd;
import dev.adjoint.Expect;
import dev.adjoint.GradOption;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.nn.Losses;
import dev.adjoint.optim.Adam;
import dev.adjoint.optim.Optimizer;
import dev.adjoint.optim.SGD;
import dev.adjoint.type.DType;
import dev.adjoint.type.DTypeException;
import dev.adjoint.type.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

/// float16 and bfloat16: stored in 16 bits, computed in float32, rounded after each operation; the
/// numbers are PyTorch's.
class HalfTest extends OnEachDevice {

  private Tensor half(DType type, double... values) {
    return vector(values).to(type);
  }

  private Tensor halfLeaf(DType type, double... values) {
    return half(type, values).detach().requiresGrad_();
  }

  private Tensor zeroDim(DType type, double value) {
    return scalar(value).to(type);
  }

  @Test
  void floatsRoundToTheNearestHalfTiesToEven() {
    Expect.values(half(FLOAT16, 2049, 2051, 0.1), 2048, 2052, 0.0999755859375);
    Expect.values(half(BFLOAT16, 257, 259, 0.1), 256, 260, 0.10009765625);
    Expect.values(half(FLOAT16, 65519, 65520, 1e-8), 65504, Double.POSITIVE_INFINITY, 0);
    Tensor wide = Tensors.tensor(new double[] {1e10, Double.NaN}, DType.FLOAT64, device);
    Expect.values(wide.to(FLOAT16), Double.POSITIVE_INFINITY, Double.NaN);
  }

  @Test
  void halvesConvertToEveryType() {
    Tensor x = half(FLOAT16, 2.7, -2.7, 300);
    Expect.values(x.to(INT32), 2, -2, 300);
    Expect.values(x.to(DType.UINT8), 2, 254, 44);
    Expect.values(x.to(DType.BOOL).to(BFLOAT16), 1, 1, 1);
    Expect.values(x.to(BFLOAT16), 2.703125, -2.703125, 300);
    Expect.values(Tensors.tensor(new long[] {2049}, FLOAT16, device), 2048);
  }

  @Test
  void promotionIsPyTorchs() {
    Tensor f16 = half(FLOAT16, 1, 2);
    assertEquals(FLOAT32, f16.add(half(BFLOAT16, 1, 2)).dtype());
    assertEquals(FLOAT32, f16.add(vector(1, 2)).dtype());
    assertEquals(FLOAT16, f16.mul(scalar(1.5)).dtype());
    assertEquals(FLOAT16, f16.mul(2.5).dtype());
    assertEquals(FLOAT32, zeroDim(FLOAT16, 1).mul(scalar(1.5)).dtype());
    assertEquals(FLOAT16, Tensors.arange(2).to(device).mul(f16).dtype());
    assertEquals(FLOAT16, Tensors.arange(2).to(device).mul(zeroDim(FLOAT16, 1.5)).dtype());
    assertEquals(BFLOAT16, vector(0, 1).ne(0).mul(zeroDim(BFLOAT16, 1.5)).dtype());
    assertEquals(FLOAT32, Tensors.cat(List.of(f16, half(BFLOAT16, 1)), 0).dtype());
  }

  @Test
  void aNumberIsComparedAsAHalfAndMultipliedAsItIs() {
    Tensor x = half(FLOAT16, 0.1);
    assertTrue(x.eq(0.1).all().itemBoolean());
    assertTrue(x.eq(scalar(0.1)).all().itemBoolean());
    assertEquals(false, x.lt(0.1).any().itemBoolean());
    Expect.values(half(FLOAT16, 3).mul(0.3), 0.89990234375);
    Expect.values(half(FLOAT16, 1).remainder(0.1), 0.0002441406250);
  }

  @Test
  void eachOperationRounds() {
    Tensor x = half(FLOAT16, 2048);
    Expect.values(x.add(1).sub(2048), 0);
    Tensor waiting = halfLeaf(FLOAT16, 2048);
    waiting.add(1).sub(2048).square().sum().backward();
    Expect.values(waiting.grad(), 0);
  }

  @Test
  void formulasComputeInFloat32() {
    Tensor x = halfLeaf(FLOAT16, 3);
    Tensor y = x.tanh();
    y.backward();
    Expect.values(y, 0.9951171875);
    Expect.close(x.grad(), 1e-5, 0.00974273681640625);
    assertEquals(FLOAT16, Expect.gradOf(x).dtype());
  }

  @Test
  void sumsRunInFloat32AndRoundOnce() {
    Tensor ones = Tensors.ones(shape(70_000), FLOAT16, device);
    Expect.values(ones.sum(), Double.POSITIVE_INFINITY);
    Expect.values(ones.mean(), 1);
    Expect.values(ones.to(BFLOAT16).sum(), 70_144);
    Tensor tenths = Tensors.full(shape(4096), 0.1, BFLOAT16, device);
    Expect.values(tenths.cumsum(0).get(4095), 410);
    Expect.values(half(FLOAT16, 300, 300).norm(), 424.25);
    Expect.values(half(FLOAT16, 300).square().sum(), Double.POSITIVE_INFINITY);
    Expect.values(half(FLOAT16, 1, 2, 3).var(), 1);
  }

  @Test
  void softmaxSortAndExtremesKeepTheType() {
    Tensor x = half(FLOAT16, 1, 2, 3);
    Expect.values(x.softmax(0), 0.09002685546875, 0.2447509765625, 0.6650390625);
    Expect.values(x.logSoftmax(0), -2.408203125, -1.4072265625, -0.40771484375); // -0.407606
    Expect.values(x.sort(0, true).values(), 3, 2, 1);
    Expect.values(half(BFLOAT16, -0.0, 5, Double.NaN, -2, 0).sort().indices(), 3, 0, 4, 1, 2);
    assertEquals(FLOAT16, x.max(0).values().dtype());
    Expect.values(x.argmax(), 2);
  }

  @Test
  void matricesMultiplyInFloat32() {
    Tensor w = half(BFLOAT16, 1, 2, 3, 4).view(2, 2).detach().requiresGrad_();
    Tensor bias = halfLeaf(BFLOAT16, 0.5, 0.25);
    Tensor x = half(BFLOAT16, 1, 0.5, 2, 1).view(2, 2);
    Tensor y = x.linear(w, bias);
    Expect.values(y, 2.5, 5.25, 4.5, 10.25);
    y.sum().backward();
    Expect.values(w.grad(), 3, 1.5, 3, 1.5);
    Expect.values(bias.grad(), 2, 2);
    Tensor long1 = Tensors.ones(shape(1, 4099), FLOAT16, device);
    Expect.values(long1.matmul(long1.t()), 4100);
    Expect.values(long1.view(4099).dot(long1.view(4099)), 4100);
  }

  @Test
  void matricesOfTwoTypesDoNotMultiply() {
    Tensor x = Tensors.ones(shape(2, 2), FLOAT16, device);
    Expect.fails(
        DTypeException.class,
        "expected m1 and m2 to have the same dtype, but got: c10::Half != float",
        () -> x.mm(Tensors.ones(shape(2, 2), FLOAT32, device)));
    Expect.fails(
        DTypeException.class,
        "expected m1 and m2 to have the same dtype, but got: c10::Half != c10::BFloat16",
        () -> x.mm(x.to(BFLOAT16)));
  }

  @Test
  void activationsOfHalvesTrainParametersOfFloat32() {
    Tensor w = leaf(0.1, 0.2, 0.3);
    Tensor x = halfLeaf(FLOAT16, 1, 2, 3);
    x.mul(w.to(FLOAT16)).sum().backward();
    assertEquals(FLOAT16, Expect.gradOf(x).dtype());
    assertEquals(FLOAT32, Expect.gradOf(w).dtype());
    Expect.values(w.grad(), 1, 2, 3);
    Expect.values(x.grad(), half(FLOAT16, 0.1, 0.2, 0.3).toDoubleArray());
    Tensor y = leaf(1, 2, 3);
    y.to(FLOAT16).exp().sum().backward();
    Expect.values(y.grad(), 2.71875, 7.390625, 20.078125);
  }

  @Test
  void gradientsOfHalvesAccumulateInTheirType() {
    Tensor x = halfLeaf(FLOAT16, 2048);
    x.mul(1).sum().backward();
    x.mul(2048).sum().backward();
    Expect.values(x.grad(), 2048);
    assertEquals(FLOAT16, Expect.gradOf(x).dtype());
  }

  @Test
  void aBroadcastGradientIsSummedInFloat32() {
    Tensor b = halfLeaf(BFLOAT16, 1);
    Tensors.ones(shape(1001), BFLOAT16, device).mul(b).sum().backward();
    Expect.values(b.grad(), 1000);
    Tensor c = halfLeaf(BFLOAT16, 1);
    Tensors.ones(shape(1001), BFLOAT16, device).add(c).sum().backward();
    Expect.values(c.grad(), 1000);
  }

  @Test
  void secondDerivativesExist() {
    Tensor x = halfLeaf(BFLOAT16, 2, -1);
    Tensor first = Autograd.grad(x.pow(3).sum(), x, GradOption.CREATE_GRAPH);
    Expect.values(first, 12, 3);
    Expect.values(Autograd.grad(first.sum(), x), 12, -6);
  }

  @Test
  void whatWasClampedAtABoundKeepsItsGradient() {
    Tensor x = halfLeaf(FLOAT16, 0.1);
    x.clampMin(0.1).sum().backward();
    Expect.values(x.grad(), 1);
  }

  @Test
  void elementsMoveAsTheyAre() {
    Tensor weight = half(FLOAT16, 1, 2, 3, 4).view(2, 2);
    Tensor rows = Tensors.tensor(new long[] {1, 1, 0}, DType.INT64, device);
    Expect.values(Tensors.embedding(weight, rows), 3, 4, 3, 4, 1, 2);
    Expect.values(weight.indexSelect(1, rows), 2, 2, 1, 4, 4, 3);
    Expect.values(weight.t().contiguous().flip(0), 2, 4, 1, 3);
    Expect.values(Tensors.stack(List.of(weight.get(0), weight.get(1)), 1), 1, 3, 2, 4);
    Expect.values(weight.slice(1, 1, 2, 1).expand(2, 3), 2, 2, 2, 4, 4, 4);
    Tensor leaf = weight.detach().requiresGrad_();
    Tensors.embedding(leaf, rows).sum().backward();
    Expect.values(leaf.grad(), 1, 1, 2, 2);
    Tensor sum = Tensors.zeros(shape(1), FLOAT16, device);
    Tensor source = half(FLOAT16, 2048, 1, 1);
    Expect.values(sum.scatterAdd(0, rows.mul(0), source), 2050);
  }

  @Test
  void inPlaceWritesRoundToTheTarget() {
    Tensor x = half(FLOAT16, 1, 2, 3);
    x.add_(vector(1.0001, 0.5, 4096));
    Expect.values(x, 2, 2.5, 4100);
    x.slice(0, 1, 3, 1).mul_(2).copy_(vector(0.1, 7));
    Expect.values(x, 2, 0.0999755859375, 7);
    x.fill_(0.1);
    Expect.values(x.narrow(0, 0, 1), 0.0999755859375);
  }

  @Test
  void lossesOfHalves() {
    Tensor logits = half(FLOAT16, 1, 2, 3, 0, 1, -1).view(2, 3);
    Tensor target = Tensors.tensor(new long[] {0, 1}, DType.INT64, device);
    Expect.values(Losses.crossEntropy(logits, target), 1.408203125);
    Expect.values(Losses.mseLoss(half(BFLOAT16, 1, 2), half(BFLOAT16, 1.5, 1)), 0.625);
  }

  @Test
  void optimisersStepInTheParametersType() {
    Tensor p = halfLeaf(FLOAT16, 1, -2, 3);
    train(p, new SGD(List.of(p), 0.1).momentum(0.9));
    Expect.close(p, 1e-3, 0.0623, -0.1245, 0.1865);
    Tensor q = halfLeaf(BFLOAT16, 1, -2, 3);
    train(q, new Adam(List.of(q), 0.1));
    Expect.values(q, 0.69921875, -1.6953125, 2.71875);
    Tensor r = halfLeaf(FLOAT16, 1, -2, 3);
    train(r, new Adam(List.of(r), 0.1).epsilon(1e-3));
    Expect.close(r, 4e-4, 0.7017, -1.7012, 2.7012);
  }

  private static void train(Tensor parameter, Optimizer optimizer) {
    for (int i = 0; i < 3; i++) {
      optimizer.zeroGrad();
      parameter.mul(parameter).sum().backward();
      optimizer.step();
    }
  }

  @Test
  void factoriesAndArraysKnowHalves() {
    Expect.values(Tensors.linspace(0, 1, 5, FLOAT16, device), 0, 0.25, 0.5, 0.75, 1);
    Expect.values(Tensors.arange(0, 1, 0.25, BFLOAT16, device), 0, 0.25, 0.5, 0.75);
    Expect.values(Tensors.eye(2, 2, FLOAT16, device), 1, 0, 0, 1);
    Expect.values(Tensors.zerosLike(half(BFLOAT16, 1)), 0);
    assertArrayEquals(new float[] {1, 0.0999755859375f}, half(FLOAT16, 1, 0.1).toFloatArray());
    assertEquals(0.10009765625, zeroDim(BFLOAT16, 0.1).item());
    assertEquals(7, zeroDim(BFLOAT16, 7.9).itemLong());
    assertEquals(List.of(1.5), half(FLOAT16, 1.5).toList());
    if (device.isCpu()) {
      assertEquals(4, half(FLOAT16, 1, 2).segment().byteSize());
    }
  }

  @Test
  void evenNumbersStayBelowOne() {
    for (DType type : List.of(FLOAT16, BFLOAT16)) {
      Tensor u = Tensors.rand(Shape.of(20_000), type, device);
      assertEquals(type, u.dtype());
      assertTrue(u.lt(1).all().itemBoolean() && u.ge(0).all().itemBoolean());
      assertEquals(0.5, u.to(FLOAT32).mean().item(), 0.02);
      Tensor n = Tensors.randn(Shape.of(20_000), type, device);
      assertEquals(0, n.to(FLOAT32).mean().item(), 0.03);
      assertEquals(1, n.to(FLOAT32).std().item(), 0.03);
    }
  }
}
