package dev.adjoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import dev.adjoint.type.Shape;
import org.junit.jupiter.params.Parameter;

/// Tests that make their tensors with these methods, on [#device].
public abstract class OnADevice {
  @Parameter public Device device;

  /// A tensor of a number or an array, in the type that PyTorch would give it.
  protected final Tensor tensor(Object data) {
    return Tensors.tensor(data, Tensors.tensor(data).dtype(), device);
  }

  /// One number everywhere, of the number's type.
  protected final Tensor full(Shape shape, Number value) {
    return Tensors.full(shape, value, Tensors.tensor(value).dtype(), device);
  }

  /// Asserts the printed form: exactly, but for the device that tensors elsewhere than on the CPU name,
  /// and the places where lines break because of it.
  protected final void prints(String expected, Object actual) {
    String text = String.valueOf(actual);
    if (actual instanceof Tensor && !device.isCpu()) {
      assertTrue(text.contains("device='" + device + "'"), text);
      String unnamed = text.replaceFirst(",\\s*device='[^']*'", "");
      assertEquals(inOneLine(expected), inOneLine(unnamed), text);
    } else {
      assertEquals(expected, text);
    }
  }

  private static String inOneLine(String text) {
    return text.replaceAll("\\s+", " ");
  }

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
