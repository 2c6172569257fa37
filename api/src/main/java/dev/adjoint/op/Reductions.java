package dev.adjoint.op;

import static java.util.Objects.requireNonNull;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.graph.Dispatch;
import dev.adjoint.graph.Kernels;
import dev.adjoint.spi.Reducer;
import dev.adjoint.type.DType;
import dev.adjoint.type.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Sums, means, products and questions about all elements: a fold forward, a stretch backward.
public final class Reductions {
  private Reductions() {}

  /// Dimensions made distinct and not negative; none means all.
  ///
  /// @throws dev.adjoint.type.IndexException when one is out of range or named twice
  public static List<Integer> dims(Tensor t, int... dims) {
    List<Integer> out = new ArrayList<>();
    if (dims.length == 0) {
      for (int d = 0; d < t.dim(); d++) {
        out.add(d);
      }
      return List.copyOf(out);
    }
    for (int d : dims) {
      int dim = t.shape().dim(d);
      if (out.contains(dim)) {
        throw new dev.adjoint.type.IndexException(
            "dim " + dim + " appears multiple times in the list of dims");
      }
      if (t.dim() > 0) {
        out.add(dim);
      }
    }
    return List.copyOf(out);
  }

  static int[] array(List<Integer> dims) {
    int[] array = new int[dims.size()];
    Arrays.setAll(array, dims::get);
    return array;
  }

  /// The reduced dimensions put back with size 1, so that a result stretches to its input.
  static Tensor unsqueezed(Tensor g, Shape input, List<Integer> dims, boolean keepdim) {
    if (keepdim || dims.isEmpty()) {
      return g;
    }
    long[] sizes = input.toArray();
    dims.forEach(d -> sizes[d] = 1);
    return g.reshape(sizes);
  }

  /// Number of elements that are folded into one.
  static long count(Shape input, List<Integer> dims) {
    long n = 1;
    for (int d : dims) {
      n *= input.size(d);
    }
    return n;
  }

  /// Σ x; integers and bools sum in int64.
  public record Sum(List<Integer> dims, boolean keepdim, boolean full) implements Compute {
    @Override
    public String node() {
      return full ? "SumBackward0" : "SumBackward1";
    }

    @Override
    public boolean takesHalves() {
      return true;
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor x = inputs.getFirst();
      DType type = x.dtype().isFloating() ? x.dtype() : DType.INT64;
      return List.of(Kernels.sum(x, array(dims), keepdim, type));
    }

    @Override
    public int saves(boolean[] needs) {
      return Derivative.NOTHING;
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Tensor g = requireNonNull(gradients.getFirst());
      return Arrays.asList(
          unsqueezed(g, saved.shape(0), dims, keepdim).expand(saved.shape(0).toArray()));
    }
  }

  /// Σ x / n; NaN of nothing.
  public record Mean(List<Integer> dims, boolean keepdim, boolean full) implements Compute {
    @Override
    public String node() {
      return full ? "MeanBackward0" : "MeanBackward1";
    }

    @Override
    public boolean takesHalves() {
      return true;
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor x = inputs.getFirst();
      Tensor sum = Kernels.sum(x, array(dims), keepdim, x.dtype().arithmetic());
      return List.of(sum.div((double) count(x.shape(), dims)).to(x.dtype()));
    }

    @Override
    public int saves(boolean[] needs) {
      return Derivative.NOTHING;
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Tensor g = requireNonNull(gradients.getFirst());
      Shape input = saved.shape(0);
      return Arrays.asList(
          unsqueezed(g, input, dims, keepdim)
              .div((double) count(input, dims))
              .expand(input.toArray()));
    }
  }

  /// A result that was computed with its reduced dimensions kept, without them; memory is shared.
  static Tensor dropped(Tensor kept, List<Integer> dims, boolean keepdim) {
    if (keepdim || dims.isEmpty()) {
      return kept;
    }
    List<Long> sizes = new ArrayList<>();
    for (int d = 0; d < kept.dim(); d++) {
      if (!dims.contains(d)) {
        sizes.add(kept.size(d));
      }
    }
    // Detached, because an operation's result is not a view.
    return kept.reshape(sizes.stream().mapToLong(Long::longValue).toArray()).detach();
  }

  public static Tensor logsumexp(Tensor x, boolean keepdim, int... dims) {
    Tensor floating = x.dtype().isFloating() ? x : x.to(DType.FLOAT32);
    return Dispatch.single(new Logsumexp(dims(x, dims), keepdim), floating);
  }

  /// log Σ eˣ, with the greatest x taken off first so that nothing overflows.
  public record Logsumexp(List<Integer> dims, boolean keepdim) implements Compute {
    @Override
    public String node() {
      return "LogsumexpBackward0";
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor x = inputs.getFirst();
      DType type = x.dtype();
      if (count(x.shape(), dims) == 0) {
        Tensor sums = Kernels.fold(Reducer.SUM, x, array(dims), keepdim, type);
        return List.of(sums.log());
      }
      Tensor greatest = Kernels.fold(Reducer.MAX, x, array(dims), true, type);
      Tensor base = greatest.maskedFill(greatest.isinf(), 0);
      Tensor sum = Kernels.fold(Reducer.SUM, x.sub(base).exp(), array(dims), true, type);
      return List.of(dropped(sum.log().add(base), dims, keepdim));
    }

    @Override
    public int saves(boolean[] needs) {
      return Derivative.INPUT_0 | Derivative.OUTPUT;
    }

    /// g e^(x - y), 0 where all x are -∞: PyTorch has NaN there.
    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Shape input = saved.shape(0);
      Tensor g = unsqueezed(requireNonNull(gradients.getFirst()), input, dims, keepdim);
      Tensor y = unsqueezed(saved.output(), input, dims, keepdim);
      Tensor share = saved.input(0).sub(y).exp().maskedFill(y.eq(Double.NEGATIVE_INFINITY), 0);
      return Arrays.asList(g.mul(share));
    }
  }

  public static Tensor test(Reducer reducer, Tensor x, boolean keepdim, int... dims) {
    return Dispatch.single(new Test(reducer, dims(x, dims), keepdim), x);
  }

  /// Whether any or all elements are not 0; a bool, and for uint8 an uint8.
  public record Test(Reducer reducer, List<Integer> dims, boolean keepdim) implements Compute {
    @Override
    public String node() {
      return reducer.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor x = inputs.getFirst();
      Tensor holds = x.dtype() == DType.BOOL ? x : x.ne(0);
      Tensor y = Kernels.fold(reducer, holds, array(dims), keepdim, DType.BOOL);
      return List.of(x.dtype() == DType.UINT8 ? y.to(DType.UINT8) : y);
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

  /// Π x; integers and bools multiply in int64.
  public record Prod(List<Integer> dims, boolean keepdim, boolean full) implements Compute {
    @Override
    public String node() {
      return full ? "ProdBackward0" : "ProdBackward1";
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor x = inputs.getFirst();
      DType type = x.dtype().isFloating() ? x.dtype() : DType.INT64;
      return List.of(Kernels.fold(Reducer.PROD, x, array(dims), keepdim, type));
    }

    @Override
    public int saves(boolean[] needs) {
      return Derivative.INPUT_0 | Derivative.OUTPUT;
    }

    /// g y / x, or where there are zeros, g times the product of all others.
    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Shape input = saved.shape(0);
      Tensor x = saved.input(0);
      Tensor g = unsqueezed(requireNonNull(gradients.getFirst()), input, dims, keepdim);
      if (!x.eq(0).any().itemBoolean()) {
        return Arrays.asList(g.mul(unsqueezed(saved.output(), input, dims, keepdim).div(x)));
      }
      Tensor others =
          full
              ? others(x.reshape(input.elements()), 0).reshape(input.toArray())
              : others(x, dims.isEmpty() ? 0 : dims.getFirst());
      return Arrays.asList(g.mul(others));
    }

    /// For each element along a dimension the product of the others: of those before it and after it.
    private static Tensor others(Tensor x, int dim) {
      if (x.dim() == 0 || x.size(dim) == 1) {
        return Tensors.onesLike(x); // there are none
      }
      return before(x, dim).mul(before(x.flip(dim), dim).flip(dim));
    }

    private static Tensor before(Tensor x, int dim) {
      long n = x.size(dim);
      Tensor one = Tensors.onesLike(x.narrow(dim, 0, 1));
      Tensor y = Tensors.cat(List.of(one, x.narrow(dim, 0, n - 1)), dim);
      for (long step = 1; step < n; step *= 2) {
        Tensor joined = y.narrow(dim, step, n - step).mul(y.narrow(dim, 0, n - step));
        y = Tensors.cat(List.of(y.narrow(dim, 0, step), joined), dim);
      }
      return y;
    }
  }
}
