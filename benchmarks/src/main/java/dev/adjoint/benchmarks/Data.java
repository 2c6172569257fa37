package dev.adjoint.benchmarks;

import java.util.Random;

/// Numbers to compute with, the same for everybody in this process.
public final class Data {
  private Data() {}

  /// Floats in [-1, 1).
  public static float[] floats(int count, long seed) {
    Random random = new Random(seed);
    float[] out = new float[count];
    for (int i = 0; i < count; i++) {
      out[i] = random.nextFloat() * 2 - 1;
    }
    return out;
  }

  /// Classes below a limit.
  public static long[] classes(int count, int limit) {
    Random random = new Random(7);
    return random.longs(count, 0, limit).toArray();
  }
}
