package dev.adjoint.nn;

import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import org.jspecify.annotations.Nullable;

/// Normalises the channels of images: see [dev.adjoint.Tensor#batchNorm].
///
/// In training by the batch, which the running mean and variance follow; else by these. Weights start as
/// ones, biases as zeros.
public final class BatchNorm2d extends BatchNorm {

  /// With epsilon 1e-5 and momentum 0.1, in float32 on the CPU.
  public BatchNorm2d(long channels) {
    this(channels, Device.CPU);
  }

  /// With epsilon 1e-5 and momentum 0.1, in float32.
  public BatchNorm2d(long channels, Device device) {
    this(channels, EPSILON, MOMENTUM, true, DType.FLOAT32, device);
  }

  /// @param momentum how far running numbers go towards a batch's; null for the mean of all batches
  /// @param affine whether there are a weight and a bias
  public BatchNorm2d(
      long channels,
      double epsilon,
      @Nullable Double momentum,
      boolean affine,
      DType type,
      Device device) {
    super(channels, epsilon, momentum, affine, type, device);
  }

  @Override
  String ranks() {
    return "4D";
  }
}
