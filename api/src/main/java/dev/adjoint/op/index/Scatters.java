package dev.adjoint.op.index;

import static java.util.Objects.requireNonNull;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.graph.Dispatch;
import dev.adjoint.graph.Kernels;
import dev.adjoint.host.Sequences;
import dev.adjoint.op.Compute;
import dev.adjoint.op.Derivative;
import dev.adjoint.op.Saved;
import dev.adjoint.type.DType;
import dev.adjoint.type.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/// Elements taken from, written to and added at places along a dimension that an index names for each
/// of them. Arguments were checked by [ScatterArguments]: the index is int64, in range, and no larger
/// than the other operands.
public final class Scatters {
  /// How many elements a group of the kernels that read makes.
  static final long BLOCK = 1024;

  /// How many columns a group of the kernels that write owns.
  private static final long COLUMNS = 64;

  private static final String ONE = "scatter_one";

  private Scatters() {}

  /// The groups of a kernel that writes, of sizes {outer, n, picks, inner}.
  static long writers(long[] sizes) {
    return sizes[0] * Math.ceilDiv(sizes[3], COLUMNS);
  }

  /// How many elements one of them writes.
  static long written(long[] sizes) {
    return sizes[2] * Math.min(sizes[3], COLUMNS);
  }

  private static boolean fits(Shape x, Shape index, int dim) {
    for (int d = 0; d < x.rank(); d++) {
      if (d != dim && x.size(d) != index.size(d)) {
        return false;
      }
    }
    return true;
  }

  /// The part of a tensor that an index of a smaller shape can name.
  static Tensor fitting(Tensor x, Shape index, int dim) {
    Tensor part = x;
    for (int d = 0; d < Math.min(x.dim(), index.rank()); d++) {
      if (d != dim && x.size(d) != index.size(d)) {
        part = part.narrow(d, 0, index.size(d));
      }
    }
    return part;
  }

  /// Runs a kernel that writes a source at the places of an index, into a copy of a tensor.
  private static Tensor write(String kernel, int dim, Tensor x, Tensor index, Tensor source) {
    Tensor y = Dispatch.copy(x);
    if (index.numel() == 0) {
      return y;
    }
    boolean whole = fits(x.shape(), index.shape(), dim);
    Tensor part = whole ? y : Dispatch.copy(fitting(y, index.shape(), dim));
    long[] around = part.shape().around(dim);
    long count = index.shape().around(dim)[1];
    long[] sizes = {around[0], around[1], count, around[2]};
    List<Tensor> read = List.of(index.contiguous(), source.contiguous());
    Kernels.call(
        kernel,
        kernel,
        x.dtype(),
        read,
        List.of(part),
        true,
        sizes,
        writers(sizes),
        written(sizes));
    if (!whole) {
      fitting(y, index.shape(), dim).copy_(part);
    }
    return y;
  }

  /// Zeros of a shape but for one element of each line along a dimension; records nothing. Where it is
  /// large, it waits for who needs it in memory.
  ///
  /// @param index where it is, and source what it is, of the shape without the dimension
  public static Tensor one(int dim, Shape shape, Tensor index, Tensor source) {
    long[] sizes = shape.around(dim);
    long lines = shape.elements() == 0 ? 0 : sizes[0] * sizes[2];
    return Kernels.waiting(
        "scatter",
        ONE,
        source.dtype(),
        List.of(index.contiguous(), source.contiguous()),
        shape,
        sizes,
        lines,
        sizes[1]);
  }

  /// Has work read the index and the source of what [#one] returned; null where that is in memory.
  public static @Nullable Tensor insteadOfOne(Tensor ones, int dim, BinaryOperator<Tensor> work) {
    return Kernels.insteadOf(
        ones, ONE, ones.shape().around(dim), read -> work.apply(read.get(0), read.get(1)));
  }

  /// Which elements of a source are still there once all were written: where several have one place,
  /// the last.
  static Tensor survivors(int dim, Tensor index, Shape target) {
    long[] places = index.shape().toArray();
    long[] order = new long[places.length];
    Arrays.fill(order, 1);
    order[dim] = places[dim];
    Tensor numbers = Sequences.range(places[dim], index.device()).reshape(order).expand(places);
    places[dim] = target.size(dim);
    Tensor none = Tensors.zeros(Shape.of(places), DType.INT64, index.device());
    Tensor last = Dispatch.single(new Scatter(dim), none, index, numbers);
    return Dispatch.single(new Gather(dim), last, index).eq(numbers);
  }

  /// y[i][j] = x[index[i][j]][j] for dimension 0.
  public record Gather(int dim) implements Compute {
    @Override
    public String node() {
      return "GatherBackward0";
    }

    @Override
    public List<String> operands() {
      return List.of("self", "index");
    }

    @Override
    public boolean takesHalves() {
      return true;
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor index = inputs.get(1).contiguous();
      Tensor x = fitting(inputs.get(0), index.shape(), dim).contiguous();
      Tensor y = Kernels.empty(x, index.shape(), x.dtype());
      long[] around = x.shape().around(dim);
      long count = index.shape().around(dim)[1];
      long[] sizes = {around[0], around[1], count, around[2]};
      Kernels.call(
          "gather",
          "gather",
          x.dtype(),
          List.of(x, index),
          List.of(y),
          false,
          sizes,
          Math.ceilDiv(y.numel(), BLOCK),
          Math.min(y.numel(), BLOCK));
      return List.of(y);
    }

    @Override
    public int saves(boolean[] needs) {
      return Derivative.INPUT_1;
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Tensor g = requireNonNull(gradients.getFirst());
      Tensor zeros = Tensors.zeros(saved.shape(0), g.dtype(), g.device());
      return Arrays.asList(Dispatch.single(new ScatterAdd(dim), zeros, saved.input(1), g), null);
    }
  }

  /// x with a source's elements in the places of an index; the last one of several stays.
  public record Scatter(int dim) implements Compute {
    @Override
    public String node() {
      return "ScatterBackward0";
    }

    @Override
    public List<String> operands() {
      return List.of("self", "index", "src");
    }

    @Override
    public boolean takesHalves() {
      return true;
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      return List.of(write("scatter", dim, inputs.get(0), inputs.get(1), inputs.get(2)));
    }

    @Override
    public int saves(boolean[] needs) {
      return Derivative.INPUT_1;
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Tensor g = requireNonNull(gradients.getFirst());
      Tensor index = saved.input(1);
      return Arrays.asList(
          saved.needs(0) ? Dispatch.single(new ScatterNumber(dim, 0), g, index) : null,
          null,
          saved.needs(2) ? ofSource(g, index) : null);
    }

    private Tensor ofSource(Tensor g, Tensor index) {
      Tensor all = Dispatch.single(new Gather(dim), g, index);
      if (index.shape().around(dim)[1] <= 1) {
        return all;
      }
      return all.maskedFill(survivors(dim, index, g.shape()).logicalNot(), 0);
    }
  }

  /// x with one number in the places of an index.
  public record ScatterNumber(int dim, Number value) implements Compute {
    @Override
    public String node() {
      return "ScatterBackward1";
    }

    @Override
    public List<String> operands() {
      return List.of("self", "index");
    }

    @Override
    public boolean takesHalves() {
      return true;
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor x = inputs.get(0);
      Tensor index = inputs.get(1);
      Tensor source = Tensors.full(index.shape(), value, x.dtype(), x.device());
      return List.of(write("scatter", dim, x, index, source));
    }

    @Override
    public int saves(boolean[] needs) {
      return Derivative.INPUT_1;
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Tensor g = requireNonNull(gradients.getFirst());
      return Arrays.asList(Dispatch.single(new ScatterNumber(dim, 0), g, saved.input(1)), null);
    }
  }

  /// x plus a source's elements in the places of an index, added up in their order.
  public record ScatterAdd(int dim) implements Compute {
    @Override
    public String node() {
      return "ScatterAddBackward0";
    }

    @Override
    public List<String> operands() {
      return List.of("self", "index", "src");
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      return List.of(write("scatter_add", dim, inputs.get(0), inputs.get(1), inputs.get(2)));
    }

    @Override
    public int saves(boolean[] needs) {
      return needs[2] ? Derivative.INPUT_1 : Derivative.NOTHING;
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Tensor g = requireNonNull(gradients.getFirst());
      return Arrays.asList(
          g, null, saved.needs(2) ? Dispatch.single(new Gather(dim), g, saved.input(1)) : null);
    }
  }
}
