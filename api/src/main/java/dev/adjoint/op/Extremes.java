package dev.adjoint.op;

import static java.util.Objects.requireNonNull;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.ValuesIndices;
import dev.adjoint.graph.Dispatch;
import dev.adjoint.graph.Kernels;
import dev.adjoint.op.index.Scatters;
import dev.adjoint.spi.Reducer;
import dev.adjoint.type.DType;
import dev.adjoint.type.DTypeException;
import dev.adjoint.type.IndexException;
import dev.adjoint.type.Shape;
import dev.adjoint.type.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
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

  private static ShapeException nothing(String op) {
    return new ShapeException(
        op
            + "(): Expected reduction dim to be specified for input.numel() == 0."
            + " Specify the reduction dim with the 'dim' argument.");
  }

  private static Reducer reducer(boolean greatest) {
    return greatest ? Reducer.MAX : Reducer.MIN;
  }

  /// The greatest or least of all elements.
  public static Tensor full(Tensor x, boolean greatest) {
    if (x.numel() == 0) {
      throw nothing(greatest ? "max" : "min");
    }
    return Dispatch.single(new Full(greatest), x);
  }

  /// The greatest or least along a dimension, and where it is.
  public static ValuesIndices along(Tensor x, boolean greatest, int dim, boolean keepdim) {
    int d = nonEmpty(greatest ? "max" : "min", x, dim);
    return Orders.pair(Dispatch.compute(new Along(greatest, d, keepdim), x));
  }

  /// The greatest or least over dimensions.
  public static Tensor over(Tensor x, boolean greatest, boolean keepdim, int... dims) {
    String op = greatest ? "amax" : "amin";
    List<Integer> folded = Reductions.dims(x, dims);
    if (x.numel() == 0 && dims.length == 0) {
      throw nothing(op);
    }
    folded.forEach(d -> nonEmpty(op, x, d));
    return Dispatch.single(new Over(greatest, folded, keepdim), x);
  }

  /// The gradient of one of all elements, shared by those that are equal to it.
  static Tensor shared(Tensor g, Tensor x, Tensor y) {
    Tensor chosen = x.eq(y).logicalOr(x.isnan().logicalAnd(y.isnan()));
    return Tensors.where(chosen, g.div(chosen.sum()), 0);
  }

  /// The greatest or least of all; NaN if any is.
  public record Full(boolean greatest) implements Compute {
    @Override
    public String node() {
      return greatest ? "MaxBackward1" : "MinBackward1";
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor x = inputs.getFirst();
      int[] dims = Reductions.array(Reductions.dims(x));
      return List.of(Kernels.fold(reducer(greatest), x, dims, false, x.dtype()));
    }

    @Override
    public int saves(boolean[] needs) {
      return Derivative.INPUT_0 | Derivative.OUTPUT;
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Tensor g = requireNonNull(gradients.getFirst());
      return Arrays.asList(shared(g, saved.input(0), saved.output()));
    }
  }

  /// The first extreme of each line; the gradient goes to it alone.
  public record Along(boolean greatest, int dim, boolean keepdim) implements Compute {
    @Override
    public String node() {
      return greatest ? "MaxBackward0" : "MinBackward0";
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor x = inputs.getFirst();
      Tensor places = Dispatch.single(new Arg(greatest, dim, true), x);
      Tensor values = Dispatch.single(new Scatters.Gather(dim), x, places);
      return Orders.results(values, places, dim, keepdim);
    }

    @Override
    public int saves(boolean[] needs) {
      return Derivative.OUTPUT_1;
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      return Arrays.asList(Orders.ofChosen(gradients.getFirst(), saved, dim, keepdim));
    }
  }

  /// The greatest or least over dimensions; its gradient is shared by equal ones, and is NaN where the
  /// result is.
  public record Over(boolean greatest, List<Integer> dims, boolean keepdim) implements Compute {
    @Override
    public String node() {
      return greatest ? "AmaxBackward0" : "AminBackward0";
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor x = inputs.getFirst();
      int[] folded = Reductions.array(dims);
      return List.of(Kernels.fold(reducer(greatest), x, folded, keepdim, x.dtype()));
    }

    @Override
    public int saves(boolean[] needs) {
      return Derivative.INPUT_0 | Derivative.OUTPUT;
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Shape input = saved.shape(0);
      Tensor g = requireNonNull(gradients.getFirst());
      Tensor y = Reductions.unsqueezed(saved.output(), input, dims, keepdim);
      Tensor chosen = saved.input(0).eq(y);
      Tensor count = chosen.sum(Reductions.array(dims), true);
      return Arrays.asList(Reductions.unsqueezed(g, input, dims, keepdim).mul(chosen).div(count));
    }
  }
}
