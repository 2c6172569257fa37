package dev.adjoint.op.index;

import dev.adjoint.Index;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.graph.Dispatch;
import dev.adjoint.graph.HandleScope;
import dev.adjoint.graph.InPlace;
import dev.adjoint.op.Views;
import dev.adjoint.type.DType;
import dev.adjoint.type.DTypeException;
import dev.adjoint.type.IndexException;
import dev.adjoint.type.Shape;
import dev.adjoint.type.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Resolves subscripts: numbers, slices and new axes to views, then tensors to [Places].
public final class Subscripts {
  private final Tensor whole;
  private final List<Item> items = new ArrayList<>();
  private Tensor part;
  private int dim;

  /// An index tensor and the dimensions of the part that it stands for.
  private record Item(int dim, int count, Tensor index) {
    boolean isMask() {
      return index.dtype() == DType.BOOL;
    }
  }

  private Subscripts(Tensor whole, Index... indices) {
    this.whole = whole;
    this.part = whole;
    List<Index> all = Arrays.stream(indices).map(Subscripts::bytesAsMask).toList();
    int rest = whole.dim();
    for (Index i : all) {
      rest -= taken(i);
    }
    if (rest < 0) {
      throw tooMany(all);
    }
    int real = 0;
    for (Index i : all) {
      real += i instanceof Index.Ellipsis ? rest : taken(i);
      int skipped = rest;
      rest = i instanceof Index.Ellipsis ? 0 : rest;
      apply(i, real - 1, skipped);
    }
  }

  private static Index bytesAsMask(Index i) {
    boolean bytes = i instanceof Index.Of(Tensor index) && index.dtype() == DType.UINT8;
    return bytes ? Index.of(((Index.Of) i).index().ne(0)) : i;
  }

  /// How many of the tensor's dimensions a position stands for.
  private static int taken(Index i) {
    return switch (i) {
      case Index.At _, Index.Slice _ -> 1;
      case Index.Of of -> of.index().dtype() == DType.BOOL ? of.index().dim() : 1;
      case Index.Ellipsis _, Index.NewAxis _ -> 0;
    };
  }

  private IndexException tooMany(List<Index> indices) {
    if (whole.dim() > 0) {
      return new IndexException("too many indices for tensor of dimension " + whole.dim());
    }
    for (Index i : indices) {
      if (i instanceof Index.Slice) {
        return new IndexException("slice() cannot be applied to a 0-dim tensor.");
      }
    }
    return new IndexException(
        "invalid index of a 0-dim tensor. Use item() to convert a 0-dim tensor to a number");
  }

  /// @param real the tensor's dimension, for messages
  /// @param rest how many dimensions an ellipsis stands for
  private void apply(Index index, int real, int rest) {
    switch (index) {
      case Index.At at -> select(at.index(), real);
      case Index.Slice s -> {
        part = s.isAll() ? part : Slices.slice(part, dim, s.start(), s.end(), s.step());
        dim++;
      }
      case Index.Ellipsis _ -> dim += rest;
      case Index.NewAxis _ -> part = part.unsqueeze(dim++);
      case Index.Of of -> add(of.index(), real);
    }
  }

  private void select(long index, int real) {
    long size = part.size(dim);
    if (index < -size || index >= size) {
      throw outOfBounds(index, real, size);
    }
    part = Dispatch.view(new Views.Select(dim, index < 0 ? index + size : index), part);
  }

  private static IndexException outOfBounds(Object index, int dim, long size) {
    return new IndexException(
        "index " + index + " is out of bounds for dimension " + dim + " with size " + size);
  }

  private static IndexException nothingThere(Object index, int dim) {
    return new IndexException(
        "index is out of bounds for dimension with size 0. It is "
            + index
            + ", for dimension "
            + dim
            + ".");
  }

  private void add(Tensor index, int real) {
    if (index.dtype().isFloating()) {
      throw new IndexException(
          "tensors used as indices must be long, int, byte or bool tensors. This one is "
              + index.dtype());
    }
    if (index.dtype() != DType.BOOL) {
      if (index.dim() == 0) {
        select(index.itemLong(), real);
      } else {
        items.add(new Item(dim++, 1, places(index, dim - 1)));
      }
      return;
    }
    if (index.dim() == 0) {
      part = part.unsqueeze(dim);
      items.add(new Item(dim++, 1, index.reshape(1)));
      return;
    }
    for (int d = 0; d < index.dim(); d++) {
      if (index.size(d) != part.size(dim + d)) {
        throw new IndexException(
            "The shape of the mask "
                + index.shape()
                + " at index "
                + d
                + " does not match the shape of the indexed tensor "
                + part.shape()
                + " at index "
                + (dim + d));
      }
    }
    items.add(new Item(dim, index.dim(), index));
    dim += index.dim();
  }

  /// Indices as int64, those from the end made positive.
  private Tensor places(Tensor index, int at) {
    long size = part.size(at);
    Tensor inside =
        Indices.inRange(
            index,
            -size,
            size,
            outside -> size == 0 ? nothingThere(outside, at) : outOfBounds(outside, at, size));
    Tensor wide = inside.to(DType.INT64);
    return Tensors.where(wide.lt(0), wide.add(size), wide);
  }

  /// The selected part: a view, or with index tensors a copy.
  public static Tensor get(Tensor x, Index... indices) {
    return HandleScope.yielding(() -> part(x, indices));
  }

  private static Tensor part(Tensor x, Index... indices) {
    Subscripts s = new Subscripts(x, indices);
    if (s.items.isEmpty()) {
      return s.part != x ? s.part : Dispatch.view(new Views.View(x.shape(), "AliasBackward0"), x);
    }
    Target target = s.target();
    return Dispatch.single(new Places.Take(target.at), s.part, target.index);
  }

  /// Overwrites the selected part with a number, converted to the tensor's type.
  public static Tensor set(Tensor x, Number value, Index... indices) {
    return HandleScope.yielding(
        () -> write(x, Tensors.full(Shape.SCALAR, value, x.dtype(), x.device()), indices));
  }

  /// Overwrites the selected part with a tensor, stretched.
  public static Tensor set(Tensor x, Tensor value, Index... indices) {
    return HandleScope.yielding(() -> write(x, value, indices));
  }

  private static Tensor write(Tensor x, Tensor value, Index... indices) {
    Subscripts s = new Subscripts(x, indices);
    if (s.items.isEmpty()) {
      s.part.copy_(stretched(value, s.part.shape()));
      return x;
    }
    Item first = s.items.getFirst();
    if (s.items.size() == 1 && first.isMask() && value.dim() == 0) {
      int after = s.part.dim() - first.dim - first.count;
      s.part.maskedFill_(withOnes(first.index, after), value.to(x.dtype()));
      return x;
    }
    if (value.dtype() != x.dtype()) {
      throw new DTypeException(
          "Index put requires the source and destination dtypes match, got "
              + x.dtype().scalarType()
              + " for the destination and "
              + value.dtype().scalarType()
              + " for the source. Convert the source with to(...).");
    }
    Target target = s.target();
    Shape result = target.at.result(s.part.shape());
    Tensor v = withoutLeadingOnes(value, result.rank());
    if (!fits(v.shape(), result)) {
      throw new ShapeException(
          "shape mismatch: value tensor of shape "
              + value.shape()
              + " cannot be broadcast to indexing result of shape "
              + result);
    }
    InPlace.compute(new Places.Put(target.at), s.part, target.index, v);
    return x;
  }

  private static Tensor withOnes(Tensor mask, int after) {
    long[] sizes = Arrays.copyOf(mask.shape().toArray(), mask.dim() + after);
    Arrays.fill(sizes, mask.dim(), sizes.length, 1);
    return mask.reshape(sizes);
  }

  private static Tensor withoutLeadingOnes(Tensor value, int rank) {
    Tensor v = value;
    while (v.dim() > rank && v.size(0) == 1) {
      v = v.squeeze(0);
    }
    return v;
  }

  private static Tensor stretched(Tensor value, Shape shape) {
    Tensor v = withoutLeadingOnes(value, shape.rank());
    return v.shape().equals(shape) ? v : v.expand(shape.toArray());
  }

  private static boolean fits(Shape value, Shape result) {
    int added = result.rank() - value.rank();
    boolean fits = added >= 0;
    for (int d = 0; fits && d < value.rank(); d++) {
      fits = value.size(d) == 1 || value.size(d) == result.size(d + added);
    }
    return fits;
  }

  /// The places that all index tensors name together, and the tensor that names them.
  private record Target(Places at, Tensor index) {}

  private Target target() {
    List<Tensor> indices = new ArrayList<>();
    List<Integer> dims = new ArrayList<>();
    boolean apart = false;
    for (Item item : items) {
      indices.add(item.isMask() ? Masks.places(item.index) : item.index);
      apart |= !dims.isEmpty() && dims.getLast() + 1 != item.dim;
      for (int d = 0; d < item.count; d++) {
        dims.add(item.dim + d);
      }
    }
    Shape shape = together(indices);
    Tensor index = indices.getFirst();
    for (int i = 1; i < indices.size(); i++) {
      long size = 1;
      for (int d = 0; d < items.get(i).count; d++) {
        size *= part.size(items.get(i).dim + d);
      }
      index = index.mul(size).add(indices.get(i));
    }
    Tensor places = index.expand(shape.toArray());
    return new Target(new Places(List.copyOf(dims), apart, shape), places);
  }

  private static Shape together(List<Tensor> indices) {
    Shape shape = indices.getFirst().shape();
    try {
      for (Tensor index : indices) {
        shape = shape.broadcast(index.shape(), "index");
      }
      return shape;
    } catch (ShapeException e) {
      List<Shape> shapes = indices.stream().map(Tensor::shape).toList();
      String list = shapes.toString();
      throw new IndexException(
          "shape mismatch: indexing tensors could not be broadcast together with shapes "
              + list.substring(1, list.length() - 1));
    }
  }
}
