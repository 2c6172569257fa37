package dev.adjoint.nn;

import static dev.adjoint.Tensors.empty;
import static dev.adjoint.Tensors.shape;

import dev.adjoint.Tensor;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import dev.adjoint.type.ShapeException;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What convolutions over one and over two dimensions have in common.
///
/// Weight and bias start uniform between ±1/√(in / groups × places of the kernel), drawn in this order
/// as PyTorch draws them.
abstract sealed class ConvNd extends Block permits Conv1d, Conv2d {
  private final Tensor weight;
  private final @Nullable Tensor bias;
  private final ConvOptions options;

  ConvNd(
      int dims,
      long in,
      long out,
      long[] kernel,
      ConvOptions options,
      boolean withBias,
      DType type,
      Device device) {
    this.options =
        new ConvOptions(
            each(options.stride(), dims),
            each(options.padding(), dims),
            each(options.dilation(), dims),
            options.groups());
    long groups = options.groups();
    requireDivisible("in_channels", in, groups);
    requireDivisible("out_channels", out, groups);
    List<Long> window = each(ConvOptions.list(kernel), dims);
    long[] sizes = new long[dims + 2];
    sizes[0] = out;
    sizes[1] = in / groups;
    double seen = (double) sizes[1];
    for (int d = 0; d < dims; d++) {
      sizes[2 + d] = window.get(d);
      seen *= (double) sizes[2 + d];
    }
    double bound = seen == 0 ? 0 : 1 / Math.sqrt(seen);
    weight = parameter("weight", uniform(bound, type, device, sizes));
    bias = withBias ? parameter("bias", uniform(bound, type, device, out)) : null;
  }

  private static Tensor uniform(double bound, DType type, Device device, long... sizes) {
    return Initializers.uniform_(empty(shape(sizes), type, device), -bound, bound);
  }

  private static List<Long> each(List<Long> sizes, int dims) {
    return sizes.size() == 1 ? Collections.nCopies(dims, sizes.getFirst()) : sizes;
  }

  private static void requireDivisible(String name, long channels, long groups) {
    if (groups <= 0) {
      throw new ShapeException("groups must be a positive integer: " + groups);
    }
    if (channels % groups != 0) {
      throw new ShapeException(
          name + " must be divisible by groups: " + channels + " and " + groups);
    }
  }

  public final Tensor weight() {
    return weight;
  }

  /// Null when it was made without.
  public final @Nullable Tensor bias() {
    return bias;
  }

  public final ConvOptions options() {
    return options;
  }

  @Override
  protected final String describe() {
    List<Long> kernel = ConvOptions.list(weight.shape().toArray());
    kernel = kernel.subList(2, kernel.size());
    StringBuilder out = new StringBuilder();
    out.append(weight.size(1) * options.groups()).append(", ").append(weight.size(0));
    out.append(", kernel_size=").append(PythonText.tuple(kernel));
    out.append(", stride=").append(PythonText.tuple(options.stride()));
    if (options.padding().stream().anyMatch(p -> p != 0)) {
      out.append(", padding=").append(PythonText.tuple(options.padding()));
    }
    if (options.dilation().stream().anyMatch(d -> d != 1)) {
      out.append(", dilation=").append(PythonText.tuple(options.dilation()));
    }
    if (options.groups() != 1) {
      out.append(", groups=").append(options.groups());
    }
    return out.append(bias == null ? ", bias=False" : "").toString();
  }
}
