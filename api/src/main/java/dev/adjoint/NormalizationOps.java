package dev.adjoint;

import dev.adjoint.op.layer.NormArguments;
import org.jspecify.annotations.Nullable;

/// Normalisations: elements brought to mean 0 and variance 1, then scaled and moved by what was learnt.
///
/// Of elements x these are z = (x - mean) / √(variance + epsilon), where the variance is divided by the
/// number of elements, and then z weight + bias. A NaN spreads to all elements that share its mean. A
/// [dev.adjoint.type.ShapeException] says that shapes do not fit, a [dev.adjoint.type.DTypeException]
/// that types differ or are not floating.
public sealed interface NormalizationOps permits Tensor {

  /// [#layerNorm(long[], Tensor, Tensor, double)] without weight and bias, with epsilon 1e-5.
  default Tensor layerNorm(long... shape) {
    return NormArguments.layer((Tensor) this, shape, null, null, 1e-5);
  }

  /// Normalises over the last dimensions.
  ///
  /// @param shape the sizes of these dimensions
  /// @param weight of that shape; null for ones
  /// @param bias of that shape; null for zeros
  default Tensor layerNorm(
      long[] shape, @Nullable Tensor weight, @Nullable Tensor bias, double epsilon) {
    return NormArguments.layer((Tensor) this, shape, weight, bias, epsilon);
  }

  /// [#groupNorm(long, Tensor, Tensor, double)] without weight and bias, with epsilon 1e-5.
  default Tensor groupNorm(long groups) {
    return NormArguments.groups((Tensor) this, groups, null, null, 1e-5);
  }

  /// Normalises each sample over groups of channels, which are dimension 1.
  ///
  /// @param weight one number for each channel; null for ones
  /// @param bias one number for each channel; null for zeros
  default Tensor groupNorm(
      long groups, @Nullable Tensor weight, @Nullable Tensor bias, double epsilon) {
    return NormArguments.groups((Tensor) this, groups, weight, bias, epsilon);
  }

  /// Normalises channels, which are dimension 1: in training by the mean and the variance of the batch,
  /// else by the running ones.
  ///
  /// @param runningMean what training writes (1 - momentum) times itself plus momentum times the batch's
  ///     mean into; null for nothing, in training only
  /// @param runningVar the same of the variance, which is divided by one less than the number of elements
  /// @param weight one number for each channel; null for ones
  /// @param bias one number for each channel; null for zeros
  default Tensor batchNorm(
      @Nullable Tensor runningMean,
      @Nullable Tensor runningVar,
      @Nullable Tensor weight,
      @Nullable Tensor bias,
      boolean training,
      double momentum,
      double epsilon) {
    return NormArguments.batch(
        (Tensor) this, runningMean, runningVar, weight, bias, training, momentum, epsilon);
  }
}
