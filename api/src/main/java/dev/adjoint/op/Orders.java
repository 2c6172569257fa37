package dev.adjoint.op;

import static java.util.Objects.requireNonNull;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.ValuesIndices;
import dev.adjoint.graph.Dispatch;
import dev.adjoint.graph.Kernels;
import dev.adjoint.op.index.Scatters;
import dev.adjoint.type.DType;
import dev.adjoint.type.IndexException;
import dev.adjoint.type.Shape;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Sorting, and what it gives: the greatest few, the median. Sorting is stable; NaN is greatest.
public final class Orders {
  private Orders() {}

  static ValuesIndices pair(List<Tensor> results) {
    return new ValuesIndices(results.get(0), results.get(1));
  }

  /// Values and places of one element per line, computed with their dimension kept, as results.
  static List<Tensor> results(Tensor values, Tensor places, int dim, boolean keepdim) {
    List<Integer> dims = values.dim() == 0 ? List.of() : List.of(dim);
    return List.of(
        Reductions.dropped(values, dims, keepdim), Reductions.dropped(places, dims, keepdim));
  }

  /// The gradient of values chosen from lines, put where they were; the places are result 1.
  static @Nullable Tensor ofChosen(@Nullable Tensor g, Saved saved, int dim, boolean keepdim) {
    if (g == null) {
      return null;
    }
    Shape input = saved.shape(0);
    List<Integer> dims = input.rank() == 0 ? List.of() : List.of(dim);
    Tensor places = Reductions.unsqueezed(saved.output(1), input, dims, keepdim);
    Tensor values = Reductions.unsqueezed(g, input, dims, keepdim);
    Tensor zeros = Tensors.zeros(input, g.dtype(), g.device());
    return Dispatch.single(new Scatters.ScatterAdd(dim), zeros, places, values);
  }

  private static List<Tensor> sorted(Tensor input, int dim, boolean descending) {
    return ordered("sort", input, dim, descending, input.shape());
  }

  /// The first elements of each line in order, and where they were, by a kernel of that name.
  ///
  /// @param shape the input's, or with fewer elements along the dimension
  private static List<Tensor> ordered(
      String kernel, Tensor input, int dim, boolean descending, Shape shape) {
    Tensor x = input.contiguous();
    Tensor values = Kernels.empty(x, shape, x.dtype());
    Tensor places = Kernels.empty(x, shape, DType.INT64);
    long[] around = x.shape().around(dim);
    long kept = shape.around(dim)[1];
    long[] sizes = {around[0], around[1], around[2], descending ? 1 : 0, kept};
    List<Tensor> written = List.of(values, places);
    long lines = x.numel() == 0 ? 0 : around[0] * around[2];
    Kernels.call(
        kernel, kernel, x.dtype(), List.of(x), written, false, sizes, lines, 8 * around[1]);
    return written;
  }

  public static ValuesIndices sort(Tensor x, int dim, boolean descending) {
    return pair(Dispatch.compute(new Sort(x.shape().dim(dim), descending), x));
  }

  public static ValuesIndices topk(Tensor x, long k, int dim, boolean largest) {
    int d = x.shape().dim(dim);
    long size = x.shape().around(d)[1];
    if (k < 0 || k > size) {
      throw new IndexException(
          "selected index k out of range: k is " + k + ", dimension " + d + " has size " + size);
    }
    return pair(Dispatch.compute(new Topk(k, d, largest), x));
  }

  /// The median of all elements: of an even number the lower of the middle two.
  public static Tensor median(Tensor x) {
    if (x.numel() == 0 && !x.dtype().isFloating()) {
      throw new IndexException("median(): an empty tensor of integers has no median");
    }
    return Dispatch.single(new Median(), x);
  }

  public static ValuesIndices median(Tensor x, int dim, boolean keepdim) {
    int d = Extremes.nonEmpty("median", x, dim);
    return pair(Dispatch.compute(new MedianAlong(d, keepdim), x));
  }

  /// The elements of each line in order, and where they were; both lie as the input does.
  public record Sort(int dim, boolean descending) implements Compute {
    @Override
    public String node() {
      return "SortBackward0";
    }

    @Override
    public boolean takesHalves() {
      return true;
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      return Kernels.lying(inputs.getFirst(), dim, (x, d) -> sorted(x, d, descending));
    }

    @Override
    public int saves(boolean[] needs) {
      return Derivative.OUTPUT_1;
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      return Arrays.asList(ofChosen(gradients.getFirst(), saved, dim, true));
    }
  }

  /// The k greatest or least elements of each line in order, and where they were.
  public record Topk(long k, int dim, boolean largest) implements Compute {
    @Override
    public String node() {
      return "TopkBackward0";
    }

    @Override
    public boolean takesHalves() {
      return true;
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor x = inputs.getFirst();
      if (x.dim() > 0 && k > 0 && k <= x.size(dim) / k && Kernels.has("topk", x)) {
        long[] chosen = x.shape().toArray();
        chosen[dim] = k;
        return ordered("topk", x, dim, largest, Shape.of(chosen));
      }
      List<Tensor> all = sorted(x, dim, largest);
      if (x.dim() == 0) {
        return k == 1 ? all : all.stream().map(t -> t.reshape(1).narrow(0, 0, k).clone()).toList();
      }
      return all.stream().map(t -> t.narrow(dim, 0, k).clone()).toList();
    }

    @Override
    public int saves(boolean[] needs) {
      return Derivative.OUTPUT_1;
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      return Arrays.asList(ofChosen(gradients.getFirst(), saved, dim, true));
    }
  }

  /// The median of all; NaN if any is, or there is none. Its gradient is shared by equal ones.
  public record Median() implements Compute {
    @Override
    public String node() {
      return "MedianBackward0";
    }

    @Override
    public boolean takesHalves() {
      return true;
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor x = inputs.getFirst();
      long n = x.numel();
      if (n == 0) {
        return List.of(Tensors.full(Shape.SCALAR, Double.NaN, x.dtype(), x.device()));
      }
      Tensor values = sorted(x.reshape(n), 0, false).getFirst();
      Tensor last = values.select(0, n - 1);
      return List.of(Tensors.where(last.isnan(), last, values.select(0, (n - 1) / 2)));
    }

    @Override
    public int saves(boolean[] needs) {
      return Derivative.INPUT_0 | Derivative.OUTPUT;
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Tensor g = requireNonNull(gradients.getFirst());
      return Arrays.asList(Extremes.shared(g, saved.input(0), saved.output()));
    }
  }

  /// The median of each line, or its first NaN, and where it is; the gradient goes there.
  public record MedianAlong(int dim, boolean keepdim) implements Compute {
    @Override
    public String node() {
      return "MedianBackward1";
    }

    @Override
    public boolean takesHalves() {
      return true;
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor x = inputs.getFirst();
      if (x.dim() == 0) {
        return List.of(x.clone(), Tensors.zeros(Shape.SCALAR, DType.INT64, x.device()));
      }
      List<Tensor> all = sorted(x, dim, false);
      long n = x.size(dim);
      Tensor nans = all.get(0).isnan().sum(new int[] {dim}, true);
      Tensor at = Tensors.where(nans.gt(0), nans.rsub(n), (n - 1) / 2);
      Compute gather = new Scatters.Gather(dim);
      Tensor values = Dispatch.single(gather, all.get(0), at);
      Tensor places = Dispatch.single(gather, all.get(1), at);
      return results(values, places, dim, keepdim);
    }

    @Override
    public int saves(boolean[] needs) {
      return Derivative.OUTPUT_1;
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      return Arrays.asList(ofChosen(gradients.getFirst(), saved, dim, keepdim));
    }
  }
}
