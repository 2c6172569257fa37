package dev.adjoint.op.layer;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.graph.Dispatch;
import dev.adjoint.op.Compute;
import dev.adjoint.type.DTypeException;
import dev.adjoint.type.Shape;
import dev.adjoint.type.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Arguments of normalisations, checked in PyTorch's order.
public final class NormArguments {
  private NormArguments() {}

  /// Rows of the last dimensions, which have the given shape.
  public static Tensor layer(
      Tensor x, long[] shape, @Nullable Tensor weight, @Nullable Tensor bias, double epsilon) {
    if (shape.length == 0) {
      throw new ShapeException(
          "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one"
              + " element, but got normalized_shape = []");
    }
    Shape row = Shape.of(shape);
    requireRow("weight", weight, row);
    requireRow("bias", bias, row);
    int before = x.dim() - shape.length;
    long[] sizes = x.shape().toArray();
    if (before < 0 || !Arrays.equals(Arrays.copyOfRange(sizes, before, sizes.length), shape)) {
      String wanted = row.toString().substring(1);
      throw new ShapeException(
          "Given normalized_shape="
              + row
              + ", expected input with shape [*, "
              + wanted
              + ", but got input of size"
              + x.shape());
    }
    requireTypes("LayerNormKernelImpl", x, weight, bias);
    Norms.Layer op = new Norms.Layer(shape.length, epsilon, weight != null, bias != null);
    return first(op, x, weight, bias);
  }

  private static void requireRow(String name, @Nullable Tensor t, Shape row) {
    if (t != null && !t.shape().equals(row)) {
      throw new ShapeException(
          "Expected "
              + name
              + " to be of same shape as normalized_shape, but got "
              + name
              + " of shape "
              + t.shape()
              + " and normalized_shape = "
              + row);
    }
  }

  private static void requireTypes(String kernel, Tensor x, @Nullable Tensor... others) {
    for (Tensor t : others) {
      if (t != null && t.dtype() != x.dtype()) {
        throw new DTypeException(
            "mixed dtype (CPU): all inputs must share same datatype. They are "
                + x.dtype()
                + " and "
                + t.dtype()
                + ": convert one with to(...).");
      }
    }
    if (!x.dtype().isFloating()) {
      throw new DTypeException(
          "\""
              + kernel
              + "\" not implemented for '"
              + x.dtype().scalarType()
              + "'. Convert with to(DType.FLOAT32) first.");
    }
  }

  private static Tensor[] present(@Nullable Tensor... tensors) {
    List<Tensor> present = new ArrayList<>();
    for (Tensor t : tensors) {
      if (t != null) {
        present.add(t);
      }
    }
    return present.toArray(Tensor[]::new);
  }

  /// The first result; what else there is, is only for backward.
  private static Tensor first(Compute op, @Nullable Tensor... inputs) {
    List<Tensor> results = Dispatch.compute(op, present(inputs));
    results.subList(1, results.size()).forEach(Tensor::close);
    return results.getFirst();
  }

  /// Channels in groups.
  public static Tensor groups(
      Tensor x, long groups, @Nullable Tensor weight, @Nullable Tensor bias, double epsilon) {
    if (x.dim() < 2) {
      throw new ShapeException(
          "Expected at least 2 dimensions for input tensor but received " + x.dim());
    }
    if (groups <= 0 || x.size(1) % groups != 0) {
      throw new ShapeException(
          "Expected number of channels in input to be divisible by num_groups, but got input of"
              + " shape "
              + x.shape()
              + " and num_groups="
              + groups);
    }
    requireChannels("weight", weight, x);
    requireChannels("bias", bias, x);
    requireTypes("GroupNormKernelImpl", x, weight, bias);
    BatchNorms.Groups op = new BatchNorms.Groups(groups, epsilon, weight != null, bias != null);
    return first(op, x, weight, bias);
  }

  private static void requireChannels(String name, @Nullable Tensor t, Tensor x) {
    if (t != null && (t.dim() != 1 || t.numel() != x.size(1))) {
      throw new ShapeException(
          "Expected "
              + name
              + " to be a vector of size equal to the number of channels in input, but got "
              + name
              + " of shape "
              + t.shape()
              + " and input of shape "
              + x.shape());
    }
  }

  /// Channels by their means and variances, in training of the batch, which the running ones follow.
  public static Tensor batch(
      Tensor x,
      @Nullable Tensor runningMean,
      @Nullable Tensor runningVar,
      @Nullable Tensor weight,
      @Nullable Tensor bias,
      boolean training,
      double momentum,
      double epsilon) {
    if (training) {
      requireSeveral(x);
    }
    long channels = x.dim() < 2 ? 0 : x.size(1);
    requireCount("running_mean", runningMean, channels, !training);
    requireCount("running_var", runningVar, channels, !training);
    requireCount("weight", weight, channels, false);
    requireCount("bias", bias, channels, false);
    requireTypes("batch_norm", x, runningMean, runningVar, weight, bias);
    boolean weighted = weight != null;
    boolean biased = bias != null;
    if (!training) {
      BatchNorms.Fixed op = new BatchNorms.Fixed(epsilon, weighted, biased);
      return first(op, x, runningMean, runningVar, weight, bias);
    }
    BatchNorms.OfBatch op = new BatchNorms.OfBatch(epsilon, weighted, biased);
    List<Tensor> results = Dispatch.compute(op, present(x, weight, bias));
    double count = x.numel() == 0 ? 0 : (double) x.numel() / (double) channels;
    Tensors.noGrad(() -> {
      follow(runningMean, results.get(1), momentum, 1);
      follow(runningVar, results.get(3), momentum, count / (count - 1));
    });
    results.subList(1, results.size()).forEach(Tensor::close);
    return results.getFirst();
  }

  /// Goes a part of the way to what the batch has, times a factor.
  private static void follow(
      @Nullable Tensor running, Tensor ofBatch, double momentum, double factor) {
    if (running != null) {
      try (Tensor seen = ofBatch.reshape(running.shape().toArray());
          Tensor step = seen.mul(factor * momentum)) {
        running.mul_(1 - momentum).add_(step);
      }
    }
  }

  private static void requireSeveral(Tensor x) {
    long count = x.dim() == 0 ? 1 : x.size(0);
    for (int d = 2; d < x.dim(); d++) {
      count *= x.size(d);
    }
    if (count == 1) {
      throw new ShapeException(
          "Expected more than 1 value per channel when training, got input size torch.Size("
              + x.shape()
              + ")");
    }
  }

  private static void requireCount(
      String name, @Nullable Tensor t, long channels, boolean required) {
    if (t == null && required) {
      throw new ShapeException(name + " must be defined in evaluation mode");
    }
    if (t != null && t.numel() != channels) {
      throw new ShapeException(name + " should contain " + channels + " elements not " + t.numel());
    }
  }
}
