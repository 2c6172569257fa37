package dev.adjoint.op;

import static java.util.Objects.requireNonNull;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.graph.Dispatch;
import dev.adjoint.graph.Kernels;
import dev.adjoint.graph.mode.GradMode;
import dev.adjoint.op.index.Scatters;
import dev.adjoint.type.DType;
import dev.adjoint.type.DTypeException;
import dev.adjoint.type.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/// Operations along one dimension whose result has the input's shape: running sums, softmax.
public final class Scans {
  private Scans() {}

  /// Runs a kernel that walks lines of one dimension, into a fresh tensor of the input's shape.
  static Tensor along(String kernel, Tensor input, int dim, DType type) {
    Tensor x = input.to(type).contiguous();
    Tensor y = Kernels.empty(x, x.shape(), type);
    long[] sizes = x.shape().around(dim);
    long lines = lines(x.shape(), dim);
    Kernels.call(kernel, kernel, type, List.of(x), List.of(y), false, sizes, lines, sizes[1]);
    return y;
  }

  /// Runs a kernel that makes the input's gradient of that of a result, which is contiguous.
  private static Tensor back(String kernel, Tensor g, Tensor y, int dim) {
    Tensor x = Kernels.empty(y, y.shape(), y.dtype());
    long[] sizes = y.shape().around(dim);
    long lines = lines(y.shape(), dim);
    Kernels.call(
        kernel,
        kernel,
        y.dtype(),
        List.of(g, y.contiguous()),
        List.of(x),
        false,
        sizes,
        lines,
        2 * sizes[1]);
    return x;
  }

  /// How many lines along a dimension have elements.
  private static long lines(Shape shape, int dim) {
    long[] sizes = shape.around(dim);
    return shape.elements() == 0 ? 0 : sizes[0] * sizes[2];
  }

  /// Whether nobody differentiates the gradient, and it lies in memory as a kernel reads it.
  private static boolean mayRunBack(Tensor g) {
    return !GradMode.isEnabled() && g.isContiguous();
  }

  private static Tensor requireFloating(Tensor x, String kernel) {
    if (!x.dtype().isFloating()) {
      throw new DTypeException(
          "\""
              + kernel
              + "_lastdim_kernel_impl\" not implemented for '"
              + x.dtype().scalarType()
              + "'. Convert it with to(DType.FLOAT32) first.");
    }
    return x;
  }

  public static Tensor softmax(Tensor x, int dim) {
    int d = x.shape().dim(dim);
    return Dispatch.single(new Softmax(d), requireFloating(x, "softmax"));
  }

  /// xᵢ - log Σ e^xⱼ; as [LogSoftmax], but a half never waits, since it is converted anyway.
  public static Tensor logSoftmax(Tensor x, int dim, boolean waits) {
    LogSoftmax op = new LogSoftmax(x.shape().dim(dim), waits && !x.dtype().isHalf());
    return Dispatch.single(op, requireFloating(x, "log_softmax"));
  }

  /// e^xᵢ / Σ e^xⱼ along a dimension; NaN for a line of -∞ only.
  public record Softmax(int dim) implements Compute {
    @Override
    public String node() {
      return "SoftmaxBackward0";
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor x = inputs.getFirst();
      return List.of(along("softmax", x, dim, x.dtype()));
    }

    @Override
    public int saves(boolean[] needs) {
      return Derivative.OUTPUT;
    }

    /// y (g - Σ g y)
    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Tensor g = requireNonNull(gradients.getFirst());
      Tensor y = saved.output();
      if (mayRunBack(g)) {
        return Arrays.asList(back("softmax_backward", g, y, dim));
      }
      return Arrays.asList(y.mul(g.sub(g.mul(y).sum(new int[] {dim}, true))));
    }
  }

  /// xᵢ - log Σ e^xⱼ along a dimension.
  ///
  /// @param waits whether a large result is only described at first: for a loss, which reads one element of
  ///     each line and sends back a gradient for that one, two numbers a line beside x do
  public record LogSoftmax(int dim, boolean waits) implements Compute {
    private static final String OF_TOTALS = "log_softmax_of";

    @Override
    public String node() {
      return "LogSoftmaxBackward0";
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor x = inputs.getFirst();
      boolean described = waits && Kernels.waits(x, x.numel());
      return List.of(described ? described(x) : along("log_softmax", x, dim, x.dtype()));
    }

    private Tensor described(Tensor input) {
      Tensor x = input.contiguous();
      long[] sizes = x.shape().around(dim);
      long lines = lines(x.shape(), dim);
      Tensor totals = Kernels.empty(x, Shape.of(2, lines), x.dtype());
      Kernels.call(
          "log_softmax",
          "log_softmax_totals",
          x.dtype(),
          List.of(x),
          List.of(totals),
          false,
          sizes,
          lines,
          sizes[1]);
      return Kernels.waiting(
          "log_softmax",
          OF_TOTALS,
          x.dtype(),
          List.of(x, totals),
          x.shape(),
          sizes,
          lines,
          sizes[1]);
    }

    /// Has work read what a result will be computed from: logits, and their lines' maxima and the
    /// logarithms of their totals, `[2][lines]`; null where the result is in memory.
    public static <T> @Nullable T insteadOf(
        Tensor result, int dim, BiFunction<Tensor, Tensor, T> work) {
      return Kernels.insteadOf(
          result,
          OF_TOTALS,
          result.shape().around(dim),
          read -> work.apply(read.get(0), read.get(1)));
    }

    /// An element of each line of a result; records nothing.
    ///
    /// @param index which, of the result's shape but with one element along the dimension
    public static Tensor picked(Tensor result, int dim, Tensor index) {
      Scatters.Gather gather = new Scatters.Gather(dim);
      long[] shape = index.shape().toArray();
      Tensor picked =
          insteadOf(
              result,
              dim,
              (x, totals) ->
                  Dispatch.single(gather, x, index)
                      .sub(totals.select(0, 0).reshape(shape))
                      .sub(totals.select(0, 1).reshape(shape)));
      return picked != null ? picked : Dispatch.single(gather, result, index);
    }

    @Override
    public int saves(boolean[] needs) {
      return Derivative.OUTPUT;
    }

    /// g - e^y Σ g
    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Tensor g = requireNonNull(gradients.getFirst());
      Tensor y = saved.output();
      if (!mayRunBack(g)) {
        return Arrays.asList(g.sub(y.exp().mul(g.sum(new int[] {dim}, true))));
      }
      Tensor x = Scatters.insteadOfOne(g, dim, (index, h) -> ofOne(y, index, h));
      if (x != null) {
        return Arrays.asList(x);
      }
      return Arrays.asList(back("log_softmax_backward", g, y, dim));
    }

    /// The gradient where that of the result is h at an index in each line, and 0 elsewhere.
    private Tensor ofOne(Tensor y, Tensor index, Tensor h) {
      long lines = lines(y.shape(), dim);
      Tensor x = insteadOf(y, dim, (of, totals) -> ofOne(y.shape(), index, h, of, totals));
      if (x != null) {
        return x;
      }
      Tensor none = Tensors.zeros(Shape.of(2, lines), y.dtype(), y.device());
      return ofOne(y.shape(), index, h, y.contiguous(), none);
    }

    private Tensor ofOne(Shape shape, Tensor index, Tensor h, Tensor x, Tensor totals) {
      Tensor gradient = Kernels.empty(x, shape, x.dtype());
      long[] sizes = shape.around(dim);
      Kernels.call(
          "log_softmax_backward",
          "log_softmax_backward_of_one",
          x.dtype(),
          List.of(index, h, x, totals),
          List.of(gradient),
          false,
          sizes,
          lines(shape, dim),
          2 * sizes[1]);
      return gradient;
    }
  }

  /// x₀ + … + xᵢ along a dimension; integers and bools sum in int64.
  public record Cumsum(int dim) implements Compute {
    @Override
    public String node() {
      return "CumsumBackward0";
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor x = inputs.getFirst();
      return List.of(along("cumsum", x, dim, x.dtype().isFloating() ? x.dtype() : DType.INT64));
    }

    @Override
    public int saves(boolean[] needs) {
      return Derivative.NOTHING;
    }

    /// The running sum of g from the end.
    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Tensor g = requireNonNull(gradients.getFirst());
      return Arrays.asList(g.flip(dim).cumsum(dim).flip(dim));
    }
  }
}
