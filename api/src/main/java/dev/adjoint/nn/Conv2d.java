package dev.adjoint.nn;

import dev.adjoint.Tensor;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;

/// A convolution over the last two dimensions with weights that are learnt: see [Tensor#conv2d].
///
/// Weight and bias start uniform between ±1/√(in / groups × places of the kernel), drawn in this order
/// as PyTorch draws them.
public final class Conv2d extends ConvNd {

  /// With a bias and the default options, in float32 on the CPU.
  public Conv2d(long in, long out, long kernel) {
    this(in, out, kernel, ConvOptions.DEFAULT);
  }

  /// With a bias, in float32 on the CPU.
  public Conv2d(long in, long out, long kernel, ConvOptions options) {
    this(in, out, kernel, options, Device.CPU);
  }

  /// With a bias, in float32.
  public Conv2d(long in, long out, long kernel, ConvOptions options, Device device) {
    this(in, out, new long[] {kernel}, options, true, DType.FLOAT32, device);
  }

  /// @param in channels of the input
  /// @param out channels of the result
  /// @param kernel the size of a window: one number for every dimension, or one for each
  public Conv2d(
      long in,
      long out,
      long[] kernel,
      ConvOptions options,
      boolean withBias,
      DType type,
      Device device) {
    super(2, in, out, kernel, options, withBias, type, device);
  }

  @Override
  public Tensor forward(Tensor input) {
    return input.conv2d(weight(), bias(), options());
  }
}
