package dev.adjoint;

import dev.adjoint.nn.ConvOptions;
import dev.adjoint.op.layer.ConvolutionArguments;
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
}
