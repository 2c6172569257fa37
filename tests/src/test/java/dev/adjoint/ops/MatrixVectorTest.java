package dev.adjoint.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.type.DType;
import dev.adjoint.type.Shape;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A matrix times a vector however the two lie, of numbers whose sums are exact.
class MatrixVectorTest extends OnEachDevice {
  private static double[] expected(double[] a, double[] x, int rows) {
    double[] y = new double[rows];
    for (int i = 0; i < a.length; i++) {
      y[i / x.length] += a[i] * x[i % x.length];
    }
    return y;
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT32", "FLOAT64", "INT32", "INT64"})
  void readsWhatLiesAnyHow(DType type) {
    int rows = 37;
    int columns = 29;
    Tensor numbers = Tensors.arange(0, 4 * rows * columns, 1, type, device).remainder(7).sub(3);
    Tensor wide = numbers.reshape(2 * rows, 2 * columns);
    List<Tensor> matrices =
        List.of(
            numbers.narrow(0, 0, rows * columns).reshape(rows, columns),
            numbers.narrow(0, 5, rows * columns).reshape(columns, rows).t(),
            wide.narrow(0, 3, rows).narrow(1, 2, columns),
            wide.slice(0, 0, 2 * rows, 2).slice(1, 1, 2 * columns, 2),
            wide.narrow(0, 0, 1).narrow(1, 0, columns).expand(rows, columns));
    List<Tensor> vectors =
        List.of(
            numbers.narrow(0, 1, columns),
            numbers.slice(0, 0, 3 * columns, 3),
            wide.select(1, 4).narrow(0, 0, columns),
            numbers.narrow(0, 6, 1).expand(columns));
    for (Tensor a : matrices) {
      for (Tensor x : vectors) {
        double[] want = expected(a.toDoubleArray(), x.toDoubleArray(), rows);
        assertArrayEquals(want, a.mv(x).toDoubleArray());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT32", "FLOAT64"})
  void nothingAddsUpToZero(DType type) {
    Tensor none = Tensors.zeros(Shape.of(0), type, device);
    Tensor a = Tensors.zeros(Shape.of(3, 0), type, device);
    assertArrayEquals(new double[3], a.mv(none).toDoubleArray());
    Tensor x = Tensors.ones(Shape.of(3), type, device);
    assertArrayEquals(new double[0], a.t().mv(x).toDoubleArray());
  }
}
