package dev.adjoint.op;

import static java.util.Objects.requireNonNull;

import dev.adjoint.Tensor;
import dev.adjoint.graph.Kernels;
import dev.adjoint.spi.Reducer;
import dev.adjoint.type.DType;
import dev.adjoint.type.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Sums and means: a fold forward, a stretch backward.
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
    return dims.stream().mapToInt(Integer::intValue).toArray();
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
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor x = inputs.getFirst();
      DType type = x.dtype().isFloating() ? x.dtype() : DType.INT64;
      return List.of(Kernels.fold(Reducer.SUM, x, array(dims), keepdim, type));
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
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor x = inputs.getFirst();
      return List.of(
          Kernels.fold(Reducer.SUM, x, array(dims), keepdim, x.dtype())
              .div((double) count(x.shape(), dims)));
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
}
