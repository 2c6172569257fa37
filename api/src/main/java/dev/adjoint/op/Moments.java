package dev.adjoint.op;

import static java.util.Objects.requireNonNull;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.graph.Dispatch;
import dev.adjoint.graph.Kernels;
import dev.adjoint.spi.Reducer;
import dev.adjoint.type.DTypeException;
import dev.adjoint.type.Shape;
import dev.adjoint.type.ShapeException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Variances, standard deviations and norms.
public final class Moments {
  private Moments() {}

  /// The variance over dimensions, or its root.
  public static Tensor variance(
      Tensor x, boolean root, int correction, boolean keepdim, int... dims) {
    List<Integer> folded = Reductions.dims(x, dims);
    if (!x.dtype().isFloating()) {
      throw new DTypeException(
          "std and var only support floating point and complex dtypes. Convert it with"
              + " to(DType.FLOAT32) first.");
    }
    boolean full = dims.length == 0 || x.dim() == 0;
    return Dispatch.single(new Variance(folded, full, correction, keepdim, root), x);
  }

  public static Tensor norm(Tensor x, Number p, boolean keepdim, int... dims) {
    List<Integer> folded = Reductions.dims(x, dims);
    if (!x.dtype().isFloating()) {
      throw new DTypeException(
          "linalg.vector_norm: Expected a floating point or complex tensor as input. Got "
              + x.dtype().scalarType()
              + ". Convert it with to(DType.FLOAT32) first.");
    }
    double order = p.doubleValue();
    if ((order < 0 || Double.isInfinite(order)) && Reductions.count(x.shape(), folded) == 0) {
      throw new ShapeException(
          "linalg.vector_norm cannot compute the "
              + label(order)
              + " norm on "
              + (dims.length == 0
                  ? "an empty tensor because the operation does not have an identity"
                  : "the dimension "
                      + folded.stream().filter(d -> x.size(d) == 0).findFirst().orElse(0)
                      + " because this dimension is empty and the operation does not have an"
                      + " identity"));
    }
    return Dispatch.single(new Norm(order, folded, keepdim), x);
  }

  private static String label(double order) {
    if (Double.isInfinite(order)) {
      return order > 0 ? "inf" : "-inf";
    }
    return order == Math.rint(order) ? Long.toString((long) order) : Double.toString(order);
  }

  /// Σ (x - mean)² / (n - correction), or its root. In two passes: the second also sums what rounding
  /// left in the mean.
  ///
  /// @param full whether of all elements, whose gradient has no sign where n ≤ correction, as PyTorch's
  public record Variance(
      List<Integer> dims, boolean full, int correction, boolean keepdim, boolean root)
      implements Compute {
    @Override
    public String node() {
      return root ? "StdBackward0" : "VarBackward0";
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor x = inputs.getFirst();
      int[] folded = Reductions.array(dims);
      double n = (double) Reductions.count(x.shape(), dims);
      Tensor mean = Kernels.fold(Reducer.SUM, x, folded, true, x.dtype()).div(n);
      Tensor rest = x.sub(mean);
      Tensor squares = Kernels.fold(Reducer.SUM, rest.square(), folded, keepdim, x.dtype());
      Tensor left = Kernels.fold(Reducer.SUM, rest, folded, keepdim, x.dtype());
      Tensor sum = squares.sub(left.square().div(n)).clampMin(0);
      Tensor y = sum.div(Math.max(0, n - correction));
      return List.of(root ? y.sqrt() : y);
    }

    @Override
    public int saves(boolean[] needs) {
      return Derivative.INPUT_0 | (root ? Derivative.OUTPUT : Derivative.NOTHING);
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Shape input = saved.shape(0);
      Tensor x = saved.input(0);
      Tensor g = requireNonNull(gradients.getFirst());
      if (root) {
        Tensor y = saved.output();
        g = g.div(y.mul(2)).maskedFill(y.eq(0), 0);
      }
      Tensor each = Reductions.unsqueezed(g, input, dims, keepdim);
      Tensor rest = x.sub(x.mean(Reductions.array(dims), true));
      double n = (double) Reductions.count(input, dims);
      if (full && n - correction <= 0) {
        Tensor infinite = Tensors.full(input, Double.POSITIVE_INFINITY, x.dtype(), x.device());
        return Arrays.asList(each.mul(infinite.maskedFill(rest.eq(0), Double.NaN)));
      }
      return Arrays.asList(each.mul(2 / (n - correction)).mul(rest));
    }
  }

  /// (Σ |x|ᵖ)^(1/p); for p = 0 how many are not 0, for ±∞ the greatest or least |x|.
  public record Norm(double p, List<Integer> dims, boolean keepdim) implements Compute {
    @Override
    public String node() {
      return "LinalgVectorNormBackward0";
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor x = inputs.getFirst();
      if (p == 2) {
        return List.of(fold(Reducer.SUM, x.square()).sqrt());
      }
      if (p == 0) {
        return List.of(fold(Reducer.SUM, x.ne(0).to(x.dtype())));
      }
      Tensor size = x.abs();
      if (p == 1) {
        return List.of(fold(Reducer.SUM, size));
      }
      if (Double.isInfinite(p)) {
        return List.of(fold(p > 0 ? Reducer.MAX : Reducer.MIN, size));
      }
      return List.of(fold(Reducer.SUM, size.pow(p)).pow(1 / p));
    }

    private Tensor fold(Reducer reducer, Tensor x) {
      return Kernels.fold(reducer, x, Reductions.array(dims), keepdim, x.dtype());
    }

    @Override
    public int saves(boolean[] needs) {
      return Derivative.INPUT_0 | Derivative.OUTPUT;
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Shape input = saved.shape(0);
      Tensor x = saved.input(0);
      Tensor g = Reductions.unsqueezed(requireNonNull(gradients.getFirst()), input, dims, keepdim);
      Tensor y = Reductions.unsqueezed(saved.output(), input, dims, keepdim);
      return Arrays.asList(gradient(g, x, y));
    }

    private @Nullable Tensor gradient(Tensor g, Tensor x, Tensor y) {
      if (p == 0) {
        return null;
      }
      if (p == 1) {
        return g.mul(x.sign());
      }
      if (p == 2) {
        return g.mul(x.div(y).maskedFill(y.eq(0), 0));
      }
      Tensor size = x.abs();
      if (Double.isInfinite(p)) {
        Tensor chosen = size.eq(y).logicalOr(x.isnan().logicalAnd(y.isnan()));
        Tensor count = chosen.sum(Reductions.array(dims), true);
        return x.sign().mul(g.div(count).mul(chosen));
      }
      if (p < 1) {
        Tensor steep = x.sign().mul(size.pow(p - 1)).maskedFill(x.eq(0), 0);
        return steep.mul(g).mul(y.pow(1 - p));
      }
      Tensor scaled = p < 2 ? x.sign().mul(size.pow(p - 1)) : x.mul(size.pow(p - 2));
      return scaled.mul(g.div(y.pow(p - 1)).maskedFill(y.eq(0), 0));
    }
  }
}
