package dev.adjoint.printing;

import static dev.adjoint.Tensors.shape;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Expect;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.autograd.Context;
import dev.adjoint.autograd.Function;
import dev.adjoint.graph.RecordingBackend;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Tensors print character by character as PyTorch prints them.
class PrinterTest extends OnEachDevice {

  private Tensor floats(double... values) {
    float[] data = new float[values.length];
    for (int i = 0; i < data.length; i++) {
      data[i] = (float) values[i];
    }
    return tensor(data);
  }

  private Tensor doubles(double... values) {
    return Tensors.tensor(values, DType.FLOAT64, device);
  }

  private Tensor range(int from, int to) {
    long[] data = new long[to - from];
    for (int i = 0; i < data.length; i++) {
      data[i] = from + i;
    }
    return tensor(data);
  }

  private Tensor range(int count, double step) {
    float[] data = new float[count];
    for (int i = 0; i < count; i++) {
      data[i] = i;
    }
    return tensor(data).requiresGrad_().mul(step);
  }

  @Test
  void singleNumbersPrintWithoutBrackets() {
    prints("tensor(3.)", tensor(3.0));
    prints("tensor(2.5000)", tensor(2.5));
    prints("tensor(3., requires_grad=True)", tensor(3.0).requiresGrad_());
    prints("tensor(100000000.)", tensor(1e8));
    prints("tensor(1.1000e+08)", tensor(1.1e8));
    prints("tensor(1.0000e-04)", tensor(1e-4));
    prints("tensor(9.9000e-05)", tensor(9.9e-5));
    prints("tensor(1.0000e-05)", tensor(1e-5));
    prints("tensor(0.3333)", tensor(1 / 3.));
    prints("tensor(-0.)", tensor(-0.0));
    prints("tensor(nan)", tensor(Double.NaN));
    prints("tensor(True)", tensor(true));
  }

  @Test
  void singleIntegersAreIntegers() {
    prints("tensor(7)", tensor(new long[] {7}).select(0, 0));
    prints("tensor(7)", tensor(7));
    prints("tensor(7)", tensor(7L));
  }

  @Test
  void integralFloatsPrintWithADotAndAlign() {
    prints("tensor([1., 2., 3.])", floats(1, 2, 3));
    prints("tensor([  1.,  10., 100.])", floats(1, 10, 100));
    prints("tensor([   1., 1000.])", floats(1, 1000));
    prints("tensor([-1.,  2.])", floats(-1, 2));
  }

  @Test
  void fractionsHaveFourDigits() {
    prints("tensor([ 0.1000, -0.2222])", floats(0.1, -0.2222));
    prints("tensor([99999.5000])", floats(99999.5));
    prints("tensor([123456.7891])", floats(123456.789));
  }

  @Test
  void wideRangesAreScientific() {
    prints("tensor([1.0000e+00, 1.0010e+03])", floats(1, 1001));
    prints("tensor([0.0000e+00, 1.0000e-10])", floats(0, 1e-10));
    prints("tensor([1.0000e+100], dtype=torch.float64)", doubles(1e100));
  }

  @Test
  void valuesThatAreNotFiniteAlignButDoNotWiden() {
    prints("tensor([inf, -inf, nan])", floats(1 / 0., -1 / 0., 0 / 0.));
    prints("tensor([nan, 1.])", floats(Double.NaN, 1));
    prints("tensor([   nan, 1.5000])", floats(Double.NaN, 1.5));
    prints(
        "tensor([1.0000e+10,        nan,        inf,       -inf])",
        floats(1e10, Double.NaN, 1 / 0., -1 / 0.));
  }

  @Test
  void aNegativeZeroKeepsItsSignButDoesNotWiden() {
    prints("tensor([0.4196, 0.0000, -0.0000, 0.0000])", floats(0.4196, 0, -0.0, 0));
  }

  @Test
  void integersAndBoolsAlign() {
    prints("tensor([ 1, -2, 30])", tensor(new long[] {1, -2, 30}));
    prints("tensor([ True, False])", tensor(new boolean[] {true, false}));
  }

  @Test
  void typesThatAreNotImpliedAreNamed() {
    prints(
        "tensor([1, 2], dtype=torch.int32)",
        Tensors.tensor(new long[] {1, 2}, DType.INT32, device));
    prints(
        "tensor([1, 2], dtype=torch.uint8)",
        Tensors.tensor(new long[] {1, 2}, DType.UINT8, device));
    prints("tensor([1., 2.], dtype=torch.float64)", doubles(1, 2));
    prints("tensor(2.0002, dtype=torch.float64)", doubles(2.0002).select(0, 0));
    prints(
        "tensor([2., 2.], dtype=torch.float64, grad_fn=<MulBackward0>)",
        doubles(1, 1).requiresGrad_().mul(2));
  }

  @Test
  void emptyTensorsNameTheirSize() {
    prints("tensor([])", floats());
    prints("tensor([], dtype=torch.int64)", tensor(new long[0]));
    prints("tensor([], size=(2, 0), requires_grad=True)", zeros(2, 0).requiresGrad_());
    prints("tensor([], size=(0, 3))", zeros(0, 3));
    prints(
        "tensor([], size=(0, 3), dtype=torch.int64)",
        Tensors.zeros(shape(0, 3), DType.INT64, device));
  }

  @Test
  void theNodeIsNamedInsteadOfTheFlag() {
    prints("tensor([2., 4.], grad_fn=<MulBackward0>)", floats(1, 2).requiresGrad_().mul(2));
  }

  @Test
  void matricesPrintRowByRow() {
    prints("tensor([[1., 2.],\n        [3., 4.]])", tensor(new float[][] {{1, 2}, {3, 4}}));
    prints(
        "tensor([[  1.5000,  -2.0000],\n        [  3.0000, 400.0000]])",
        tensor(new float[][] {{1.5f, -2}, {3, 400}}));
    prints(
        "tensor([[[0., 1.],\n         [2., 3.]],\n\n        [[4., 5.],\n         [6., 7.]]],"
            + " requires_grad=True)",
        floats(0, 1, 2, 3, 4, 5, 6, 7).reshape(2, 2, 2).detach().requiresGrad_());
  }

  @Test
  void fourDimensionsAreTwoLinesApart() {
    prints("tensor([[[[0., 0.]]],\n\n\n        [[[0., 0.]]]])", zeros(2, 1, 1, 2));
  }

  @Test
  void aSuffixThatDoesNotFitGoesToTheNextLine() {
    prints(
        "tensor([ 0.0000,  1.5000,  3.0000,  4.5000,  6.0000,  7.5000,  9.0000, 10.5000],\n"
            + "       grad_fn=<MulBackward0>)",
        range(8, 1.5));
    prints(
        "tensor([0.0000, 1.1110, 2.2220, 3.3330, 4.4440, 5.5550, 6.6660, 7.7770, 8.8880,\n"
            + "        9.9990], grad_fn=<MulBackward0>)",
        range(10, 1.111));
  }

  @Test
  void longRowsWrap() {
    prints(
        "tensor([ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17,\n"
            + "        18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29])",
        range(0, 30));
  }

  @Test
  void moreThanAThousandElementsAreSummarised() {
    prints(
        "tensor([0., 0., 0.,  ..., 0., 0., 0.], requires_grad=True)", zeros(1001).requiresGrad_());
    prints("tensor([   0,    1,    2,  ...,  998,  999, 1000])", range(0, 1001));
    String row = "[0., 0., 0.,  ..., 0., 0., 0.]";
    String gap = ",\n        ";
    prints(
        "tensor([" + String.join(gap, row, row, row, "...", row, row, row) + "])", zeros(30, 40));
    assertTrue(zeros(1000).toString().lines().count() > 10);
  }

  @Test
  void viewsPrintTheirOwnElements() {
    Tensor x = tensor(new float[][] {{1, 2, 3}, {4, 5, 6}});
    prints("tensor([[1., 4.],\n        [2., 5.],\n        [3., 6.]])", x.t());
    prints("tensor([3., 6.])", x.select(1, 2));
    prints("tensor([[7., 7.],\n        [7., 7.]])", tensor(7.0).expand(2, 2));
  }

  @Test
  void printingChangesNothing() {
    Tensor x = floats(1, 2).requiresGrad_();
    Tensor y = x.mul(2).t();
    final long version = y.version();
    final Object node = y.gradFn();
    String text = y.toString();
    assertEquals(text, y.toString());
    assertEquals(version, y.version());
    assertEquals(node, y.gradFn());
  }

  @Test
  void aViewThatLostItsPlaceInTheGraphPrintsInvalid() {
    Tensor x = floats(1, 2).requiresGrad_().clone();
    Tensor seen = new Same().apply(x);
    x.mul_(2);
    prints("tensor([2., 4.], grad_fn=<Invalid>)", seen);
  }

  /// Returns its input as it is: a view whose history is this function's.
  private record Same() implements Function {
    @Override
    public List<Tensor> forward(Context ctx, Tensor... inputs) {
      return List.of(inputs[0]);
    }

    @Override
    public List<Tensor> backward(Context ctx, Tensor... gradients) {
      return List.of(gradients[0].mul(1));
    }
  }

  @Test
  void otherDevicesAreNamed() {
    RecordingBackend backend = RecordingBackend.open();
    Tensor x = Tensors.full(shape(2), 0, DType.FLOAT32, backend.device());
    Expect.prints("tensor([0., 0.], device='" + backend.device() + "')", x);
    Expect.prints(
        "tensor([0., 0.], device='" + backend.device() + "', dtype=torch.float64)",
        Tensors.full(shape(2), 0, DType.FLOAT64, backend.device()));
  }

  @Test
  void typesShapesDevicesAndNodesPrint() {
    prints("[2, 3]", shape(2, 3));
    prints("[]", shape());
    prints("float32", DType.FLOAT32);
    prints("cpu", Device.CPU);
    prints("cuda:0", Device.parse("cuda"));
    Object node = tensor(1.0).requiresGrad_().add(1).gradFn();
    assertTrue(String.valueOf(node).matches("<AddBackward0 object at 0x[0-9a-f]+>"));
    Object sink = tensor(1.0).requiresGrad_().add(1).gradFn().nextFunctions().get(0).function();
    assertTrue(String.valueOf(sink).matches("<AccumulateGrad object at 0x[0-9a-f]+>"));
  }

  @Test
  void floatsWidenExactly() {
    assertEquals(0.10000000149011612, tensor(0.1).item());
    assertEquals(0.1, doubles(0.1).item());
    assertEquals(List.of(0.10000000149011612), floats(0.1).toList());
    assertEquals(Tensors.shape(1), floats(0.1).shape());
  }

  @Test
  void halvesPrintAsFloatsAndNameTheirType() {
    double[] wide = {0.1, 1.5, -2.25, 1000, 3e-5, Double.NaN, Double.POSITIVE_INFINITY};
    prints(
        "tensor([ 9.9976e-02,  1.5000e+00, -2.2500e+00,  1.0000e+03,  2.9981e-05,\n"
            + "                nan,         inf], dtype=torch.float16)",
        floats(wide).to(DType.FLOAT16));
    prints("tensor(0.1001, dtype=torch.bfloat16)", tensor(0.1).to(DType.BFLOAT16));
    prints("tensor([], dtype=torch.float16)", floats().to(DType.FLOAT16));
    Tensor x = floats(1, 2).to(DType.FLOAT16).detach().requiresGrad_();
    prints("tensor([1., 2.], dtype=torch.float16, requires_grad=True)", x);
    prints("tensor([2., 4.], dtype=torch.float16, grad_fn=<MulBackward0>)", x.mul(2));
    prints(
        "tensor([0.0000e+00, 1.0000e+00, 2.0000e+00,  ..., 1.0960e+03, 1.0960e+03,\n"
            + "        1.0960e+03], dtype=torch.bfloat16)",
        range(0, 1100).to(DType.BFLOAT16));
  }
}
