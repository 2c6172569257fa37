package dev.adjoint.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensors;
import dev.adjoint.type.DType;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Remainders of every kind of numbers, which are exact, bit by bit against Java's `%`: quotients that round
/// up to an integer, ones too large for the type, among ordinary neighbours, infinities and zeros.
class RemainderTest extends OnEachDevice {
  private static final int N = 4_003;
  private static final double[] SPECIAL = {
    0.0, -0.0, 1.0, -1.0, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN
  };

  private final Random random = new Random(8);

  /// A dividend for a divisor: near one of its multiples, anything, or special.
  private double dividend(double y, double multiples, double anything) {
    double near = y * (random.nextInt(3) == 0 ? Math.rint(random.nextDouble() * multiples) : 3);
    return switch (random.nextInt(8)) {
      case 0 -> anything;
      case 1 -> SPECIAL[random.nextInt(SPECIAL.length)];
      case 2, 3 -> near * (1 + (random.nextInt(5) - 2) * 0x1p-24);
      case 4, 5 -> near * (1 + (random.nextInt(5) - 2) * 0x1p-53);
      default -> random.nextGaussian() * 10;
    };
  }

  /// What Python and PyTorch make of C's: it takes the divisor's sign.
  private static double signed(double r, double y, double sum) {
    return r != 0 && (r < 0) != (y < 0) ? sum : r;
  }

  @Test
  void ofSingles() {
    float[] x = new float[N];
    float[] y = new float[N];
    float[] want = new float[N];
    for (int i = 0; i < N; i++) {
      float bits = Float.intBitsToFloat(random.nextInt());
      y[i] =
          switch (random.nextInt(6)) {
            case 0 -> Math.abs(bits) < Float.MIN_NORMAL ? 7 : bits; // some devices flush those
            case 1 -> (float) SPECIAL[random.nextInt(SPECIAL.length)];
            default -> (float) random.nextGaussian();
          };
      float other = Float.intBitsToFloat(random.nextInt());
      x[i] = (float) dividend(y[i], 1 << 24, Math.abs(other) < Float.MIN_NORMAL ? 7 : other);
      float r = x[i] % y[i];
      boolean tiny = r != 0 && Math.abs(r) < Float.MIN_NORMAL;
      y[i] = tiny ? 1 : y[i];
      r = x[i] % y[i];
      want[i] = (float) signed(r, y[i], r + y[i]);
    }
    float[] got =
        Tensors.tensor(x).to(device).remainder(Tensors.tensor(y).to(device)).toFloatArray();
    assertArrayEquals(want, got);
  }

  @Test
  void ofDoubles() {
    double[] x = new double[N];
    double[] y = new double[N];
    double[] want = new double[N];
    for (int i = 0; i < N; i++) {
      double bits = Double.longBitsToDouble(random.nextLong());
      y[i] =
          switch (random.nextInt(6)) {
            case 0 -> bits;
            case 1 -> SPECIAL[random.nextInt(SPECIAL.length)];
            default -> random.nextGaussian();
          };
      x[i] = dividend(y[i], 1L << 53, Double.longBitsToDouble(random.nextLong()));
      double r = x[i] % y[i];
      want[i] = signed(r, y[i], r + y[i]);
    }
    double[] got =
        Tensors.tensor(x, DType.FLOAT64, device)
            .remainder(Tensors.tensor(y, DType.FLOAT64, device))
            .toDoubleArray();
    assertArrayEquals(want, got);
  }
}
