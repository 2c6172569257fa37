package dev.adjoint.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adjoint.spi.Row;
import dev.adjoint.type.DType;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/// Casts between float32 and the types of 16 bits, against Java's own and exact arithmetic.
class HalfCastsTest {

  @Test
  void everyFloat16BecomesTheFloatItIs() {
    double[] halves = new double[1 << 16];
    Arrays.setAll(halves, bits -> Float.float16ToFloat((short) bits));
    try (Host host = new Host(1)) {
      DType[] half = {DType.FLOAT16};
      double[] got = host.apply(Row.CAST, DType.FLOAT32, DType.FLOAT32, half, halves);
      assertArrayEquals(halves, got);
    }
  }

  @Test
  void floatsAreRoundedToTheNearestHalf() {
    int n = 1 << 18;
    double[] x = new double[n];
    for (int i = 0; i < n; i++) {
      int bits = i * 16411; // every exponent, signs, infinities and NaN
      x[i] = Float.intBitsToFloat(i < n / 2 ? bits : bits & 0xfffff000); // half of them ties
    }
    try (Host host = new Host(1)) {
      DType[] single = {DType.FLOAT32};
      double[] float16 = host.apply(Row.CAST, DType.FLOAT16, DType.FLOAT16, single, x);
      double[] bfloat16 = host.apply(Row.CAST, DType.BFLOAT16, DType.BFLOAT16, single, x);
      for (int i = 0; i < n; i++) {
        float f = (float) x[i];
        assertEquals(Float.float16ToFloat(Float.floatToFloat16(f)), float16[i], "of " + f);
        assertEquals(nearestBfloat16(f), bfloat16[i], "of " + f);
      }
    }
  }

  /// By exact arithmetic: of the two neighbours the nearer, of two as near the even one.
  private static double nearestBfloat16(float x) {
    if (Float.isNaN(x) || Float.isInfinite(x)) {
      return x;
    }
    int bits = Float.floatToRawIntBits(x) & 0xffff0000;
    double below = Float.intBitsToFloat(bits);
    float next = Float.intBitsToFloat(bits + 0x10000);
    double above = Float.isInfinite(next) ? Math.copySign(0x1p128, x) : next;
    double toBelow = Math.abs(x - below);
    double toAbove = Math.abs(above - x);
    boolean even = (bits & 0x10000) == 0;
    return toBelow < toAbove || toBelow == toAbove && even ? below : next;
  }
}
