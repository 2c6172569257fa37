package dev.adjoint.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.ValuesIndices;
import dev.adjoint.type.DType;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The k greatest and least, few of many or nearly all, are the first of the sorted ones: of equals the
/// earlier, and NaN greatest.
class TopkTest extends OnEachDevice {
  private static final int N = 121;

  @ParameterizedTest
  @EnumSource(DType.class)
  void theFirstOfTheSorted(DType type) {
    Random random = new Random(3);
    double[] numbers = new double[4 * N];
    for (int i = 0; i < numbers.length; i++) {
      boolean special = type.isFloating() && random.nextInt(30) == 0;
      numbers[i] = special ? random.nextBoolean() ? Double.NaN : -0.0 : random.nextInt(60);
    }
    Tensor x = Tensors.tensor(numbers, DType.FLOAT64, device).to(type);
    for (int dim : new int[] {0, 1}) {
      Tensor lines = dim == 0 ? x.reshape(N, 4) : x.reshape(4, N);
      for (int k : new int[] {1, 5, 11, 12, N}) {
        for (boolean largest : new boolean[] {true, false}) {
          ValuesIndices sorted = lines.sort(dim, largest);
          ValuesIndices got = lines.topk(k, dim, largest);
          String which = "k " + k + " along " + dim;
          assertArrayEquals(
              sorted.values().narrow(dim, 0, k).to(DType.FLOAT64).toDoubleArray(),
              got.values().to(DType.FLOAT64).toDoubleArray(),
              which);
          assertArrayEquals(
              sorted.indices().narrow(dim, 0, k).toLongArray(), got.indices().toLongArray(), which);
        }
      }
    }
  }
}
