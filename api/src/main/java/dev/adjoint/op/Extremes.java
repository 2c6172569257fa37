package dev.adjoint.op;

import dev.adjoint.Tensor;
import dev.adjoint.graph.Dispatch;
import dev.adjoint.graph.Kernels;
import dev.adjoint.type.DType;
import dev.adjoint.type.DTypeException;
import dev.adjoint.type.IndexException;
import dev.adjoint.type.Shape;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The greatest and least elements, and where they are.
public final class Extremes {
  private Extremes() {}

  /// The shape without a dimension, or with it at size 1.
  static Shape without(Shape shape, int dim, boolean keepdim) {
    if (shape.rank() == 0) {
      return shape;
    }
    List<Long> sizes = new ArrayList<>();
    for (int d = 0; d < shape.rank(); d++) {
      if (d != dim) {
        sizes.add(shape.size(d));
      } else if (keepdim) {
        sizes.add(1L);
      }
    }
    return Shape.of(sizes.stream().mapToLong(Long::longValue).toArray());
  }

  /// A dimension that has something to choose from.
  static int nonEmpty(String op, Tensor x, int dim) {
    int d = x.shape().dim(dim);
    if (x.dim() > 0 && x.size(d) == 0) {
      throw new IndexException(
          op
              + "(): Expected reduction dim "
              + d
              + " to have non-zero size. The shape is "
              + x.shape());
    }
    return d;
  }

  /// Where the greatest or least element is, counted in row-major order over all.
  public static Tensor arg(Tensor x, boolean greatest) {
    String op = requireOrdered(x, greatest);
    if (x.numel() == 0) {
      throw new IndexException(
          op
              + "(): Expected reduction dim to be specified for input.numel() == 0."
              + " Specify the reduction dim with the 'dim' argument.");
    }
    return Dispatch.single(new Arg(greatest, -1, false), x);
  }

  /// Where along a dimension the greatest or least element is.
  public static Tensor arg(Tensor x, boolean greatest, int dim, boolean keepdim) {
    String op = requireOrdered(x, greatest);
    return Dispatch.single(new Arg(greatest, nonEmpty(op, x, dim), keepdim), x);
  }

  private static String requireOrdered(Tensor x, boolean greatest) {
    String op = greatest ? "argmax" : "argmin";
    if (x.dtype() == DType.BOOL) {
      throw new DTypeException(
          op + "(): does not support bool input. Convert it with to(DType.UINT8) first.");
    }
    return op;
  }

  /// The first index of the extreme of each line; NaN is the extreme.
  ///
  /// @param dim -1 for all elements as one line
  public record Arg(boolean greatest, int dim, boolean keepdim) implements Compute {
    @Override
    public String node() {
      return greatest ? "argmax" : "argmin";
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor x = inputs.getFirst().contiguous();
      long[] sizes = dim < 0 ? new long[] {1, x.numel(), 1} : x.shape().around(dim);
      Shape shape = dim < 0 ? Shape.SCALAR : without(x.shape(), dim, keepdim);
      Tensor y = Kernels.empty(x, shape, DType.INT64);
      long lines = sizes[0] * sizes[2];
      Kernels.call(
          node(), node(), x.dtype(), List.of(x), List.of(y), false, sizes, lines, sizes[1]);
      return List.of(y);
    }

    @Override
    public int saves(boolean[] needs) {
      return Derivative.NOTHING;
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      return List.of();
    }
  }
}
