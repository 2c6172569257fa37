package dev.adjoint.op.index;

import static java.util.Objects.requireNonNull;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.graph.Dispatch;
import dev.adjoint.graph.InPlace;
import dev.adjoint.graph.Kernels;
import dev.adjoint.op.Compute;
import dev.adjoint.op.Derivative;
import dev.adjoint.op.Saved;
import dev.adjoint.type.DType;
import dev.adjoint.type.DTypeException;
import dev.adjoint.type.IndexException;
import dev.adjoint.type.Shape;
import dev.adjoint.type.ShapeException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Rows taken by index, and added by index: each is the other's gradient.
public final class Lookups {
  private Lookups() {}

  private static Tensor vector(Tensor index) {
    if (index.dim() > 1) {
      throw new ShapeException(
          "index_select(): Index is supposed to be a vector, but has shape "
              + index.shape()
              + ". Use gather, or get(Index.of(index)).");
    }
    return Indices.asLong(
        index.dim() == 0 ? index.unsqueeze(0) : index,
        "index_select(): Expected dtype int32 or int64 for index");
  }

  public static Tensor indexSelect(Tensor x, int dim, Tensor index) {
    int d = x.shape().dim(dim);
    Tensor rows = vector(index);
    if (x.dim() == 0 && rows.numel() != 1) {
      throw new ShapeException(
          "index_select(): Index to scalar can have only 1 value, got "
              + rows.numel()
              + " value(s)");
    }
    Tensor inside = Indices.rows(rows, x.shape().around(d)[1]);
    return Dispatch.single(new IndexSelect(d), x, inside);
  }

  public static Tensor indexAdd(Tensor x, int dim, Tensor index, Tensor source, boolean inPlace) {
    int d = x.shape().dim(dim);
    requireAddable(x, d, index, source);
    Tensor rows = Indices.inRange(index.to(DType.INT64), d, x.shape().around(d)[1]);
    return inPlace
        ? InPlace.compute(new IndexAdd(d), x, rows, source)
        : Dispatch.single(new IndexAdd(d), x, rows, source);
  }

  private static void requireAddable(Tensor x, int dim, Tensor index, Tensor source) {
    if (index.dim() > 1) {
      throw new IndexException(
          "index_add_(): Index is supposed to be a vector, but got dim: "
              + index.dim()
              + " with type: "
              + index.dtype().scalarType()
              + " and size: "
              + index.shape());
    }
    if (index.dtype() != DType.INT32 && index.dtype() != DType.INT64) {
      throw new DTypeException(
          "index_add_(): Expected dtype int32/int64 for index but got: "
              + index.dtype().scalarType());
    }
    if (x.dtype() != source.dtype()) {
      throw new DTypeException(
          "index_add_(): self ("
              + x.dtype().scalarType()
              + ") and source ("
              + source.dtype().scalarType()
              + ") must have the same scalar type");
    }
    requireFits(x, dim, index, source);
  }

  private static void requireFits(Tensor x, int dim, Tensor index, Tensor source) {
    long[] own = x.shape().toArray();
    long[] other = source.shape().toArray();
    long rows = other.length == 0 ? 1 : dim < other.length ? other[dim] : -1;
    boolean fits = own.length == other.length;
    if (fits && own.length > 0) {
      own[dim] = rows;
      fits = Arrays.equals(own, other);
    }
    if (!fits) {
      throw new ShapeException(
          "source tensor shape must match self tensor shape, excluding the specified dimension. Got"
              + " self.shape = "
              + x.shape()
              + " source.shape = "
              + source.shape());
    }
    if (index.numel() != rows) {
      throw new ShapeException(
          "index_add_(): Number of indices ("
              + index.numel()
              + ") should be equal to source.size(dim): ("
              + rows
              + "), for dim: "
              + dim);
    }
  }

  /// Rows of a weight matrix for every index of a tensor of any shape.
  public static Tensor embedding(Tensor weight, Tensor index) {
    if (weight.dim() != 2) {
      throw new ShapeException("'weight' must be 2-D, but has shape " + weight.shape());
    }
    if (index.dtype() != DType.INT32 && index.dtype() != DType.INT64) {
      throw new DTypeException(
          "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long,"
              + " Int; but got "
              + index.dtype().tensorType()
              + " instead (while checking arguments for embedding). Convert it with to(DType.INT64).");
    }
    Tensor rows = Indices.rows(index.to(DType.INT64), weight.size(0));
    return Dispatch.single(new Embedding(), weight, rows);
  }

  /// Takes rows along a dimension into a fresh tensor of a shape.
  static Tensor select(String op, Tensor input, Tensor index, int dim, Shape shape) {
    Tensor x = input.contiguous();
    Tensor rows = index.contiguous();
    Tensor y = Kernels.empty(x, shape, x.dtype());
    long[] around = x.shape().around(dim);
    long[] sizes = {around[0], around[1], rows.numel(), around[2]};
    Kernels.call(
        op,
        "index_select",
        x.dtype(),
        List.of(x, rows),
        List.of(y),
        false,
        sizes,
        Math.ceilDiv(y.numel(), Scatters.BLOCK),
        Math.min(y.numel(), Scatters.BLOCK));
    return y;
  }

  /// Adds rows along a dimension to a fresh copy of a tensor, in the order of the index.
  static Tensor add(String op, Tensor input, Tensor index, Tensor source, int dim) {
    Tensor y = Dispatch.copy(input);
    Tensor rows = index.contiguous();
    Tensor src = source.contiguous();
    long[] around = y.shape().around(dim);
    long[] sizes = {around[0], around[1], rows.numel(), around[2]};
    Kernels.call(
        op,
        "index_add",
        y.dtype(),
        List.of(rows, src),
        List.of(y),
        true,
        sizes,
        src.numel() == 0 ? 0 : Scatters.writers(sizes),
        Scatters.written(sizes));
    return y;
  }

  /// The rows of an index vector along a dimension.
  public record IndexSelect(int dim) implements Compute {
    @Override
    public String node() {
      return "IndexSelectBackward0";
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
      long[] shape = x.shape().toArray();
      if (shape.length > 0) {
        shape[dim] = inputs.get(1).numel();
      }
      return List.of(select("index_select", x, inputs.get(1), dim, Shape.of(shape)));
    }

    @Override
    public int saves(boolean[] needs) {
      return Derivative.INPUT_1;
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Tensor g = requireNonNull(gradients.getFirst());
      Tensor zeros = Tensors.zeros(saved.shape(0), g.dtype(), g.device());
      return Arrays.asList(Dispatch.single(new IndexAdd(dim), zeros, saved.input(1), g), null);
    }
  }

  /// Rows added along a dimension at the places of an index vector; inputs: target, index, rows.
  public record IndexAdd(int dim) implements Compute {
    @Override
    public String node() {
      return "IndexAddBackward0";
    }

    @Override
    public List<String> operands() {
      return List.of("self", "index", "source");
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      return List.of(add("index_add", inputs.get(0), inputs.get(1), inputs.get(2), dim));
    }

    @Override
    public int saves(boolean[] needs) {
      return needs[2] ? Derivative.INPUT_1 : Derivative.NOTHING;
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Tensor g = requireNonNull(gradients.getFirst());
      Tensor ofRows =
          saved.needs(2) ? Dispatch.single(new IndexSelect(dim), g, saved.input(1)) : null;
      return Arrays.asList(g, null, ofRows);
    }
  }

  /// Rows of a weight matrix; the result has the index's shape and the rows' size.
  public record Embedding() implements Compute {
    @Override
    public String node() {
      return "EmbeddingBackward0";
    }

    @Override
    public List<String> operands() {
      return List.of("weight", "indices");
    }

    @Override
    public boolean takesHalves() {
      return true;
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor weight = inputs.get(0);
      long[] shape = Arrays.copyOf(inputs.get(1).shape().toArray(), inputs.get(1).dim() + 1);
      shape[shape.length - 1] = weight.size(1);
      return List.of(select("embedding", weight, inputs.get(1), 0, Shape.of(shape)));
    }

    @Override
    public int saves(boolean[] needs) {
      return Derivative.INPUT_1;
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Tensor g = requireNonNull(gradients.getFirst());
      Tensor rows = saved.input(1).reshape(saved.shape(1).elements());
      Tensor source = g.reshape(rows.numel(), saved.shape(0).size(1));
      Tensor zeros = Tensors.zeros(saved.shape(0), g.dtype(), g.device());
      return Arrays.asList(Dispatch.single(new IndexAdd(0), zeros, rows, source), null);
    }
  }
}
