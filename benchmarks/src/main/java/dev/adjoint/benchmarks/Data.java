package dev.adjoint.benchmarks;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
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

  /// A tensor of floats in [-1, 1), made on the device.
  static Tensor uniform(Device device, long... sizes) {
    return Tensors.rand(Tensors.shape(sizes), DType.FLOAT32, device).mul_(2).sub_(1);
  }

  static Tensor classes(Device device, int count, int limit) {
    return Tensors.tensor(classes(count, limit), DType.INT64, device);
  }
}
