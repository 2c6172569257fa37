package dev.adjoint;

import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// Tests that hold on every device: they make their tensors with these methods, on [#device].
@ParameterizedClass(name = "{0}")
@MethodSource("dev.adjoint.Devices#presentAndChecked")
public abstract class OnEachDevice {
  @Parameter public Device device;

  /// A float32 vector.
  protected final Tensor vector(double... values) {
    return Tensors.tensor(floats(values), DType.FLOAT32, device);
  }

  /// A float32 vector that asks for a gradient.
  protected final Tensor leaf(double... values) {
    return vector(values).requiresGrad_();
  }

  /// A 0-d float32 tensor in memory, not a constant.
  protected final Tensor scalar(double value) {
    return Tensors.tensor(new float[] {(float) value}, DType.FLOAT32, device).select(0, 0).detach();
  }

  /// A 0-d float32 tensor that asks for a gradient.
  protected final Tensor scalarLeaf(double value) {
    return scalar(value).requiresGrad_();
  }

  /// A float32 matrix.
  protected final Tensor matrix(double[]... rows) {
    float[][] data = new float[rows.length][];
    for (int i = 0; i < rows.length; i++) {
      data[i] = floats(rows[i]);
    }
    return Tensors.tensor(data, DType.FLOAT32, device);
  }

  /// Ones of type float32.
  protected final Tensor ones(long... sizes) {
    return Tensors.ones(Tensors.shape(sizes), DType.FLOAT32, device);
  }

  /// Zeros of type float32.
  protected final Tensor zeros(long... sizes) {
    return Tensors.zeros(Tensors.shape(sizes), DType.FLOAT32, device);
  }

  /// Numbers 0, 1, 2 … in a shape, as float32.
  protected final Tensor counting(long... sizes) {
    float[] data = new float[(int) Tensors.shape(sizes).elements()];
    for (int i = 0; i < data.length; i++) {
      data[i] = i;
    }
    return Tensors.tensor(data, DType.FLOAT32, device).reshape(sizes).detach();
  }

  /// One row for [#matrix].
  protected static double[] row(double... values) {
    return values;
  }

  private static float[] floats(double... values) {
    float[] data = new float[values.length];
    for (int i = 0; i < data.length; i++) {
      data[i] = (float) values[i];
    }
    return data;
  }
}
