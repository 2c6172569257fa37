package dev.adjoint.nn;

import static dev.adjoint.Tensors.noGrad;
import static dev.adjoint.Tensors.ones;
import static dev.adjoint.Tensors.shape;
import static dev.adjoint.Tensors.zeros;

import dev.adjoint.Tensor;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import dev.adjoint.type.ShapeException;
import org.jspecify.annotations.Nullable;

/// What normalisations of channels have in common, whatever the rank of their input.
///
/// In training they normalise by the batch, which the running mean and variance follow; else by these.
/// Weights start as ones, biases as zeros.
abstract sealed class BatchNorm extends Block permits BatchNorm1d, BatchNorm2d {
  static final double EPSILON = 1e-5;
  static final double MOMENTUM = 0.1;

  private final long channels;
  private final double epsilon;
  private final @Nullable Double momentum;
  private final @Nullable Tensor weight;
  private final @Nullable Tensor bias;
  private final Tensor runningMean;
  private final Tensor runningVar;
  private final Tensor batches;

  BatchNorm(
      long channels,
      double epsilon,
      @Nullable Double momentum,
      boolean affine,
      DType type,
      Device device) {
    this.channels = channels;
    this.epsilon = epsilon;
    this.momentum = momentum;
    weight = affine ? parameter("weight", ones(shape(channels), type, device)) : null;
    bias = affine ? parameter("bias", zeros(shape(channels), type, device)) : null;
    runningMean = buffer("running_mean", zeros(shape(channels), type, device));
    runningVar = buffer("running_var", ones(shape(channels), type, device));
    batches = buffer("num_batches_tracked", zeros(shape(), DType.INT64, device));
  }

  /// The ranks an input may have, as PyTorch says it: `2D or 3D`.
  abstract String ranks();

  public final Tensor runningMean() {
    return runningMean;
  }

  public final Tensor runningVar() {
    return runningVar;
  }

  @Override
  public final Tensor forward(Tensor input) {
    if (!ranks().contains(input.dim() + "D")) {
      throw new ShapeException(
          "expected "
              + ranks()
              + " input (got "
              + input.dim()
              + "D input). Its shape is "
              + input.shape());
    }
    double factor = momentum == null ? 0 : momentum;
    if (isTraining()) {
      noGrad(() -> batches.add_(1));
      factor = momentum == null ? 1.0 / batches.itemLong() : factor;
    }
    return input.batchNorm(runningMean, runningVar, weight, bias, isTraining(), factor, epsilon);
  }

  @Override
  protected final String describe() {
    String affine = PythonText.bool(weight != null);
    return channels
        + ", eps="
        + PythonText.number(epsilon)
        + ", momentum="
        + (momentum == null ? "None" : PythonText.number(momentum))
        + ", affine="
        + affine
        + ", bias="
        + affine
        + ", track_running_stats=True";
  }
}
