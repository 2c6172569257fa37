package dev.adjoint.ops.cases;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;

/// Moves elements between arrays of doubles and tensors of every type.
public final class Elements {

  /// Stands where no operation may read: NaN, or a number that is out of range as an index.
  public static final double POISON = Double.NaN;

  private static final int POISON_INTEGER = 113;

  private Elements() {}

  /// A 1-d tensor of a type from doubles that the type represents.
  public static Tensor upload(double[] values, DType type, Device device) {
    return Tensors.tensor(array(values, type), type, device);
  }

  private static Object array(double[] values, DType type) {
    return switch (type) {
      case FLOAT64 -> values;
      case FLOAT16, BFLOAT16, FLOAT32 -> floats(values);
      case BOOL -> booleans(values);
      case INT64 -> longs(values);
      case INT32, UINT8 -> integers(values);
    };
  }

  /// The elements in row-major order.
  public static double[] download(Tensor tensor) {
    Tensor plain = tensor.detach();
    if (plain.dtype() == DType.BOOL) {
      boolean[] from = plain.toBooleanArray();
      double[] out = new double[from.length];
      for (int i = 0; i < out.length; i++) {
        out[i] = from[i] ? 1 : 0;
      }
      return out;
    }
    if (!plain.dtype().isFloating()) {
      long[] from = plain.to(DType.INT64).toLongArray();
      double[] out = new double[from.length];
      for (int i = 0; i < out.length; i++) {
        out[i] = from[i];
      }
      return out;
    }
    if (plain.dtype() == DType.FLOAT64) {
      return plain.toDoubleArray();
    }
    float[] from = plain.toFloatArray();
    double[] out = new double[from.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = from[i];
    }
    return out;
  }

  /// Row-major elements of the tensor whose dimension d is the given one's dimension order[d].
  public static double[] permuted(double[] values, long[] shape, int[] order) {
    int rank = shape.length;
    int[] strides = new int[rank];
    int stride = 1;
    for (int d = rank - 1; d >= 0; d--) {
      strides[d] = stride;
      stride *= (int) shape[d];
    }
    double[] out = new double[values.length];
    for (int i = 0; i < out.length; i++) {
      int rest = i;
      int from = 0;
      for (int d = rank - 1; d >= 0; d--) {
        int size = (int) shape[order[d]];
        from += rest % size * strides[order[d]];
        rest /= size;
      }
      out[i] = values[from];
    }
    return out;
  }

  private static float[] floats(double[] values) {
    float[] out = new float[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) values[i];
    }
    return out;
  }

  private static boolean[] booleans(double[] values) {
    boolean[] out = new boolean[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = values[i] != 0;
    }
    return out;
  }

  private static long[] longs(double[] values) {
    long[] out = new long[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = Double.isNaN(values[i]) ? POISON_INTEGER : (long) values[i];
    }
    return out;
  }

  private static int[] integers(double[] values) {
    int[] out = new int[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = Double.isNaN(values[i]) ? POISON_INTEGER : (int) values[i];
    }
    return out;
  }
}
