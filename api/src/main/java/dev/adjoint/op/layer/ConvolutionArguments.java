package dev.adjoint.op.layer;

import dev.adjoint.Tensor;
import dev.adjoint.graph.Dispatch;
import dev.adjoint.graph.HandleScope;
import dev.adjoint.nn.ConvOptions;
import dev.adjoint.type.DType;
import dev.adjoint.type.DTypeException;
import dev.adjoint.type.ShapeException;
import java.util.Collections;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/// Arguments of convolutions, checked in PyTorch's order.
public final class ConvolutionArguments {
  private ConvolutionArguments() {}

  /// A convolution over the last `dims` dimensions, of one image or of several.
  public static Tensor convolve(
      int dims, Tensor x, Tensor weight, @Nullable Tensor bias, ConvOptions options) {
    requireRank(dims, x);
    if (bias != null && bias.dtype() != x.dtype()) {
      throw new DTypeException(
          "Input type ("
              + x.dtype().cName()
              + ") and bias type ("
              + bias.dtype().cName()
              + ") should be the same. Convert one with to(...).");
    }
    ConvOptions each = spelledOut(dims, weight, options);
    if (x.dim() == dims + 2) {
      return batched(dims, x, weight, bias, each);
    }
    return HandleScope.yielding(() -> batched(dims, x.unsqueeze(0), weight, bias, each).squeeze(0));
  }

  private static Tensor batched(
      int dims, Tensor x, Tensor weight, @Nullable Tensor bias, ConvOptions options) {
    requireOptions(options);
    requireWeight(dims, weight, options);
    requireChannels(x, weight, options.groups());
    requireBias(weight, bias);
    requireElements(x);
    requireRoom(x, weight, options);
    requireType(x, weight);
    Convolution op = new Convolution(options, bias != null);
    return bias == null ? Dispatch.single(op, x, weight) : Dispatch.single(op, x, weight, bias);
  }

  private static void requireRank(int dims, Tensor x) {
    if (x.dim() != dims + 1 && x.dim() != dims + 2) {
      throw new ShapeException(
          "Expected "
              + (dims + 1)
              + "D (unbatched) or "
              + (dims + 2)
              + "D (batched) input to conv"
              + dims
              + "d, but got input of size: "
              + x.shape());
    }
  }

  /// One number for each dimension of the weight.
  private static ConvOptions spelledOut(int dims, Tensor weight, ConvOptions options) {
    return new ConvOptions(
        each("stride", options.stride(), dims, weight),
        each("padding", options.padding(), dims, weight),
        each("dilation", options.dilation(), dims, weight),
        options.groups());
  }

  private static List<Long> each(String name, List<Long> sizes, int dims, Tensor weight) {
    List<Long> each = sizes.size() == 1 ? Collections.nCopies(dims, sizes.getFirst()) : sizes;
    if (each.size() != weight.dim() - 2) {
      throw new ShapeException(
          "expected "
              + name
              + " to be a single integer value or a list of "
              + (weight.dim() - 2)
              + " values to match the convolution dimensions, but got "
              + name
              + "="
              + each
              + ". The weight has shape "
              + weight.shape()
              + ".");
    }
    return each;
  }

  private static void requireOptions(ConvOptions options) {
    require("negative padding is not supported", options.padding(), p -> p >= 0);
    require("non-positive stride is not supported", options.stride(), s -> s > 0);
    require(
        "dilation should be greater than zero, but got " + options.dilation(),
        options.dilation(),
        d -> d > 0);
    require("non-positive groups is not supported", List.of(options.groups()), g -> g > 0);
  }

  private static void require(String sentence, List<Long> sizes, LongPredicate allowed) {
    if (!sizes.stream().allMatch(allowed::test)) {
      throw new ShapeException(sentence + ": " + sizes);
    }
  }

  private static void requireWeight(int dims, Tensor weight, ConvOptions options) {
    if (weight.dim() != dims + 2) {
      throw new ShapeException(
          "Expected "
              + (dims + 2)
              + "-dimensional weight for conv"
              + dims
              + "d, but got weight of size "
              + weight.shape());
    }
    String given = "Given groups=" + options.groups() + ", expected weight to be ";
    if (weight.size(0) < options.groups()) {
      throw new ShapeException(
          given
              + "at least "
              + options.groups()
              + " at dimension 0, but got weight of size "
              + weight.shape()
              + " instead");
    }
    if (weight.size(0) % options.groups() != 0) {
      throw new ShapeException(
          given
              + "divisible by "
              + options.groups()
              + " at dimension 0, but got weight of size ["
              + weight.shape()
              + "] instead");
    }
  }

  private static void requireChannels(Tensor x, Tensor weight, long groups) {
    long channels = weight.size(1) * groups;
    if (x.size(1) != channels) {
      throw new ShapeException(
          "Given groups="
              + groups
              + ", weight of size "
              + weight.shape()
              + ", expected input"
              + x.shape()
              + " to have "
              + channels
              + " channels, but got "
              + x.size(1)
              + " channels instead");
    }
  }

  private static void requireBias(Tensor weight, @Nullable Tensor bias) {
    if (bias != null && (bias.dim() != 1 || bias.size(0) != weight.size(0))) {
      throw new ShapeException(
          "Given weight of size "
              + weight.shape()
              + ", expected bias to be 1-dimensional with "
              + weight.size(0)
              + " elements, but got bias of size "
              + bias.shape()
              + " instead");
    }
  }

  private static void requireElements(Tensor x) {
    if (x.numel() == 0 && x.size(0) > 0 && x.size(1) > 0) {
      throw new ShapeException(
          "Only zero batch or zero channel inputs are supported, but got input shape: "
              + x.shape());
    }
  }

  /// The kernel must fit into the padded input.
  private static void requireRoom(Tensor x, Tensor weight, ConvOptions options) {
    int dims = weight.dim() - 2;
    long[] room = new long[dims];
    long[] kernel = new long[dims];
    boolean fits = true;
    for (int d = 0; d < dims; d++) {
      long size = weight.size(2 + d);
      if (size == 0) {
        throw new ShapeException(
            "kernel size should be greater than zero, but got " + weight.shape());
      }
      room[d] = x.size(2 + d) + 2 * options.padding().get(d);
      kernel[d] = options.dilation().get(d) * (size - 1) + 1;
      fits &= kernel[d] <= room[d];
    }
    if (!fits) {
      throw new ShapeException(
          "Calculated padded input size per channel: ("
              + by(room)
              + "). Kernel size: ("
              + by(kernel)
              + "). Kernel size can't be greater than actual input size");
    }
  }

  static String by(long... sizes) {
    return LongStream.of(sizes).mapToObj(Long::toString).collect(Collectors.joining(" x "));
  }

  private static void requireType(Tensor x, Tensor weight) {
    if (x.dtype() != weight.dtype()) {
      throw new DTypeException(
          "expected scalar type "
              + x.dtype().scalarType()
              + " but found "
              + weight.dtype().scalarType()
              + ". The input and the weight have one type: convert one with to(...).");
    }
    if (x.dtype() == DType.BOOL) {
      throw new DTypeException(
          "\"slow_conv2d_cpu\" not implemented for 'Bool'. Convert with to(DType.FLOAT32) first.");
    }
  }
}
