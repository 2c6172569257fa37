package dev.adjoint.nn;

import static dev.adjoint.Tensors.ones;
import static dev.adjoint.Tensors.shape;
import static dev.adjoint.Tensors.zeros;

import dev.adjoint.Tensor;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import dev.adjoint.type.ShapeException;
import org.jspecify.annotations.Nullable;

/// Normalises groups of channels of each sample, with a weight and a bias that are learnt: see
/// [Tensor#groupNorm(long, Tensor, Tensor, double)]. They start as ones and zeros.
public final class GroupNorm extends Block {
  private final long groups;
  private final long channels;
  private final double epsilon;
  private final @Nullable Tensor weight;
  private final @Nullable Tensor bias;

  /// With epsilon 1e-5, in float32 on the CPU.
  public GroupNorm(long groups, long channels) {
    this(groups, channels, 1e-5, true, DType.FLOAT32, Device.CPU);
  }

  /// @param affine whether there are a weight and a bias
  public GroupNorm(
      long groups, long channels, double epsilon, boolean affine, DType type, Device device) {
    if (groups <= 0 || channels % groups != 0) {
      throw new ShapeException(
          "num_channels must be divisible by num_groups: " + channels + " and " + groups);
    }
    this.groups = groups;
    this.channels = channels;
    this.epsilon = epsilon;
    weight = affine ? parameter("weight", ones(shape(channels), type, device)) : null;
    bias = affine ? parameter("bias", zeros(shape(channels), type, device)) : null;
  }

  @Override
  public Tensor forward(Tensor input) {
    return input.groupNorm(groups, weight, bias, epsilon);
  }

  @Override
  protected String describe() {
    String affine = PythonText.bool(weight != null);
    String numbers = groups + ", " + channels + ", eps=" + PythonText.number(epsilon);
    return numbers + ", affine=" + affine + ", bias=" + affine;
  }
}
