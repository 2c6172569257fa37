package dev.adjoint;

import dev.adjoint.nn.ConvOptions;
import dev.adjoint.nn.PoolOptions;
import dev.adjoint.op.layer.ConvolutionArguments;
import dev.adjoint.op.layer.PoolArguments;
import org.jspecify.annotations.Nullable;

/// Convolutions and pools: what windows see that slide over the last dimension or the last two.
///
/// Before these comes a dimension of channels, and before that one of images, which may be missing. A
/// [dev.adjoint.type.ShapeException] says that ranks, channels or options do not fit or that a window is
/// larger than the input, a [dev.adjoint.type.DTypeException] that the types differ, or are bool.
public sealed interface ConvolutionOps permits Tensor {

  /// [#conv1d(Tensor, Tensor, ConvOptions)] without a bias, by the default options.
  default Tensor conv1d(Tensor weight) {
    return conv1d(weight, null, ConvOptions.DEFAULT);
  }

  /// [#conv1d(Tensor, Tensor, ConvOptions)] by the default options.
  default Tensor conv1d(Tensor weight, Tensor bias) {
    return conv1d(weight, bias, ConvOptions.DEFAULT);
  }

  /// y(o, t) = bias(o) + Σ weight(o, c, j) x(c, t stride - padding + j dilation), where x is 0 outside;
  /// the sum is over the channels c of the group of o and the places j of the kernel.
  ///
  /// @param weight (channels of the result, channels of the input / groups, kernel)
  /// @param bias one number for each channel of the result; null for none
  default Tensor conv1d(Tensor weight, @Nullable Tensor bias, ConvOptions options) {
    return ConvolutionArguments.convolve(1, (Tensor) this, weight, bias, options);
  }

  /// [#conv2d(Tensor, Tensor, ConvOptions)] without a bias, by the default options.
  default Tensor conv2d(Tensor weight) {
    return conv2d(weight, null, ConvOptions.DEFAULT);
  }

  /// [#conv2d(Tensor, Tensor, ConvOptions)] by the default options.
  default Tensor conv2d(Tensor weight, Tensor bias) {
    return conv2d(weight, bias, ConvOptions.DEFAULT);
  }

  /// As [#conv1d(Tensor, Tensor, ConvOptions)], over the last two dimensions.
  ///
  /// @param weight (channels of the result, channels of the input / groups, height, width)
  /// @param bias one number for each channel of the result; null for none
  default Tensor conv2d(Tensor weight, @Nullable Tensor bias, ConvOptions options) {
    return ConvolutionArguments.convolve(2, (Tensor) this, weight, bias, options);
  }

  /// [#maxPool1d(PoolOptions)] of windows side by side.
  default Tensor maxPool1d(long kernel) {
    return maxPool1d(PoolOptions.of(kernel));
  }

  /// As [#maxPool2d(PoolOptions)], over the last dimension.
  default Tensor maxPool1d(PoolOptions options) {
    return PoolArguments.max1d((Tensor) this, options);
  }

  /// [#maxPool2d(PoolOptions)] of windows side by side.
  default Tensor maxPool2d(long kernel) {
    return maxPool2d(PoolOptions.of(kernel));
  }

  /// The greatest element that each window sees; padding is less than any. The gradient goes to the
  /// first of equals. NaN is greatest, and the last one of a window gets the gradient.
  default Tensor maxPool2d(PoolOptions options) {
    ValuesIndices found = PoolArguments.max2d((Tensor) this, options);
    found.indices().close();
    return found.values();
  }

  /// [#maxPool2d(PoolOptions)], and where in its plane each element was: row times width plus column.
  default ValuesIndices maxPool2dWithIndices(PoolOptions options) {
    return PoolArguments.max2d((Tensor) this, options);
  }

  /// [#avgPool1d(PoolOptions)] of windows side by side.
  default Tensor avgPool1d(long kernel) {
    return avgPool1d(PoolOptions.of(kernel));
  }

  /// As [#avgPool2d(PoolOptions)], over the last dimension.
  default Tensor avgPool1d(PoolOptions options) {
    return PoolArguments.avg1d((Tensor) this, options);
  }

  /// [#avgPool2d(PoolOptions)] of windows side by side.
  default Tensor avgPool2d(long kernel) {
    return avgPool2d(PoolOptions.of(kernel));
  }

  /// The mean of what each window sees, of floating numbers or int64; dilation is not looked at.
  default Tensor avgPool2d(PoolOptions options) {
    return PoolArguments.avg2d((Tensor) this, options);
  }
}
