package dev.adjoint.nn;

import static dev.adjoint.Tensors.ones;
import static dev.adjoint.Tensors.shape;
import static dev.adjoint.Tensors.zeros;

import dev.adjoint.Tensor;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Normalises over the last dimensions, with a weight and a bias that are learnt: see
/// [Tensor#layerNorm(long[], Tensor, Tensor, double)]. They start as ones and zeros.
public final class LayerNorm extends Block {
  private final List<Long> sizes;
  private final double epsilon;
  private final @Nullable Tensor weight;
  private final @Nullable Tensor bias;

  /// With epsilon 1e-5, in float32 on the CPU.
  public LayerNorm(long... sizes) {
    this(sizes, 1e-5, true, DType.FLOAT32, Device.CPU);
  }

  /// @param sizes of the last dimensions
  /// @param affine whether there are a weight and a bias
  public LayerNorm(long[] sizes, double epsilon, boolean affine, DType type, Device device) {
    this.sizes = ConvOptions.list(sizes);
    this.epsilon = epsilon;
    weight = affine ? parameter("weight", ones(shape(sizes), type, device)) : null;
    bias = affine ? parameter("bias", zeros(shape(sizes), type, device)) : null;
  }

  @Override
  public Tensor forward(Tensor input) {
    long[] last = sizes.stream().mapToLong(Long::longValue).toArray();
    return input.layerNorm(last, weight, bias, epsilon);
  }

  @Override
  protected String describe() {
    String affine = PythonText.bool(weight != null);
    return PythonText.tuple(sizes)
        + ", eps="
        + PythonText.number(epsilon)
        + ", elementwise_affine="
        + affine
        + ", bias="
        + affine;
  }
}
