package dev.adjoint.nn;

import static dev.adjoint.Tensors.empty;
import static dev.adjoint.Tensors.shape;

import dev.adjoint.Tensor;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import org.jspecify.annotations.Nullable;

/// x Wᵀ + b over the last dimension; W has shape (out, in).
///
/// Weight and bias start uniform between ±1/√in, drawn in this order as PyTorch draws them.
public final class Linear extends Block {
  private final Tensor weight;
  private final @Nullable Tensor bias;

  /// With a bias, in float32 on the CPU.
  public Linear(long in, long out) {
    this(in, out, Device.CPU);
  }

  /// With a bias, in float32.
  public Linear(long in, long out, Device device) {
    this(in, out, true, DType.FLOAT32, device);
  }

  public Linear(long in, long out, boolean withBias, DType type, Device device) {
    double bound = in == 0 ? 0 : 1 / Math.sqrt((double) in);
    weight = parameter("weight", uniform(bound, type, device, out, in));
    bias = withBias ? parameter("bias", uniform(bound, type, device, out)) : null;
  }

  private static Tensor uniform(double bound, DType type, Device device, long... sizes) {
    return Initializers.uniform_(empty(shape(sizes), type, device), -bound, bound);
  }

  public Tensor weight() {
    return weight;
  }

  /// Null when it was made without.
  public @Nullable Tensor bias() {
    return bias;
  }

  @Override
  public Tensor forward(Tensor input) {
    return bias == null ? input.linear(weight) : input.linear(weight, bias);
  }

  @Override
  protected String describe() {
    return "in_features="
        + weight.size(1)
        + ", out_features="
        + weight.size(0)
        + ", bias="
        + (bias == null ? "False" : "True");
  }
}
