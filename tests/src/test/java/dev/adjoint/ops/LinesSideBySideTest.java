package dev.adjoint.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.type.DType;
import dev.adjoint.type.Shape;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Kernels that walk lines from their start: devices take several lines side by side at a time, here more
/// than fit and some that are left over.
class LinesSideBySideTest extends OnEachDevice {
  private static final int OUTER = 2;
  private static final int LENGTH = 37;
  private static final int INNER = 45;
  private final Random random = new Random(5);

  /// Whole numbers from 0 to 9, so that there are many equals; NaN here and there where a type has it.
  private double[] numbers(DType type) {
    double[] numbers = new double[OUTER * LENGTH * INNER];
    for (int i = 0; i < numbers.length; i++) {
      boolean nan = type.isFloating() && random.nextInt(60) == 0;
      numbers[i] = nan ? Double.NaN : random.nextInt(10);
    }
    return numbers;
  }

  private Tensor cube(double[] numbers, DType type) {
    return Tensors.tensor(numbers, type, device).reshape(OUTER, LENGTH, INNER);
  }

  private static boolean isBeyond(double a, double b, boolean greatest) {
    return greatest ? a > b : a < b;
  }

  private static long[] extremes(double[] x, boolean greatest) {
    long[] best = new long[OUTER * INNER];
    for (int line = 0; line < best.length; line++) {
      int start = line / INNER * LENGTH * INNER + line % INNER;
      double top = x[start];
      for (int j = 1; j < LENGTH && !Double.isNaN(top); j++) {
        double v = x[start + j * INNER];
        if (Double.isNaN(v) || isBeyond(v, top, greatest)) {
          top = v;
          best[line] = j;
        }
      }
    }
    return best;
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT32", "FLOAT64", "INT32", "INT64", "UINT8"})
  void theFirstOfEqualExtremesOrTheFirstNaN(DType type) {
    double[] x = numbers(type);
    Tensor t = cube(x, type);
    assertArrayEquals(extremes(x, true), t.argmax(1).toLongArray());
    assertArrayEquals(extremes(x, false), t.argmin(1).toLongArray());
  }

  /// A line that is no other's neighbour is taken as several of its own elements.
  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT32", "FLOAT64", "INT32", "INT64", "UINT8"})
  void extremesAlongNeighbours(DType type) {
    double[] x = numbers(type);
    Tensor sideways = cube(x, type).transpose(1, 2).contiguous();
    assertArrayEquals(extremes(x, true), sideways.argmax(2).toLongArray());
    assertArrayEquals(extremes(x, false), sideways.argmin(2).toLongArray());
    for (int n : new int[] {1, 15, 31, 32, 33, 47, 48}) {
      Tensor line = Tensors.zeros(Shape.of(n), type, device);
      assertEquals(0, line.argmax().itemLong());
      line.select(0, n - 1).fill_(1);
      assertEquals(n - 1, line.argmax().itemLong());
      assertEquals(0, line.argmin().itemLong());
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT32", "FLOAT64", "INT32", "UINT8"})
  void runningSums(DType type) {
    double[] x = numbers(DType.INT32);
    double[] sums = x.clone();
    for (int i = 0; i < sums.length; i++) {
      sums[i] += i / INNER % LENGTH == 0 ? 0 : sums[i - INNER];
    }
    assertArrayEquals(sums, cube(x, type).cumsum(1).toDoubleArray());
  }
}
