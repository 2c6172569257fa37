package dev.adjoint.op;

import static java.util.Objects.requireNonNull;

import dev.adjoint.Tensor;
import dev.adjoint.graph.Dispatch;
import dev.adjoint.graph.Kernels;
import dev.adjoint.graph.mode.GradMode;
import dev.adjoint.type.DType;
import dev.adjoint.type.DTypeException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Operations along one dimension whose result has the input's shape: running sums, softmax.
public final class Scans {
  private Scans() {}

  /// Runs a kernel that walks lines of one dimension, into a fresh tensor of the input's shape.
  static Tensor along(String kernel, Tensor input, int dim, DType type) {
    Tensor x = input.to(type).contiguous();
    Tensor y = Kernels.empty(x, x.shape(), type);
    long[] sizes = x.shape().around(dim);
    long lines = x.numel() == 0 ? 0 : sizes[0] * sizes[2];
    Kernels.call(kernel, kernel, type, List.of(x), List.of(y), false, sizes, lines, sizes[1]);
    return y;
  }

  /// Runs a kernel that makes the input's gradient of that of a result, which is contiguous.
  private static Tensor back(String kernel, Tensor g, Tensor y, int dim) {
    Tensor x = Kernels.empty(y, y.shape(), y.dtype());
    long[] sizes = y.shape().around(dim);
    long lines = y.numel() == 0 ? 0 : sizes[0] * sizes[2];
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

  public static Tensor logSoftmax(Tensor x, int dim) {
    int d = x.shape().dim(dim);
    return Dispatch.single(new LogSoftmax(d), requireFloating(x, "log_softmax"));
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
  public record LogSoftmax(int dim) implements Compute {
    @Override
    public String node() {
      return "LogSoftmaxBackward0";
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor x = inputs.getFirst();
      return List.of(along("log_softmax", x, dim, x.dtype()));
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
      if (mayRunBack(g)) {
        return Arrays.asList(back("log_softmax_backward", g, y, dim));
      }
      return Arrays.asList(g.sub(y.exp().mul(g.sum(new int[] {dim}, true))));
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
