package dev.adjoint.memory.layout;

import dev.adjoint.type.Shape;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// How a tensor's elements lie in its storage: element (i, j, …) is at `offset + i*s0 + j*s1 + …`.
///
/// Pure arithmetic: arguments were checked by the operation that asks.
public final class Layout {
  private static final Layout SCALAR = new Layout(Shape.SCALAR, new long[0], 0);

  private final Shape shape;
  private final long[] strides;
  private final long offset;
  private final boolean contiguous;

  private Layout(Shape shape, long[] strides, long offset) {
    this.shape = shape;
    this.strides = strides;
    this.offset = offset;
    this.contiguous = rowMajor(shape, strides);
  }

  /// Row-major from the storage's start.
  public static Layout contiguous(Shape shape) {
    return shape.rank() == 0 ? SCALAR : new Layout(shape, rowMajorStrides(shape), 0);
  }

  /// Any layout; the caller answers for its fitting the storage.
  public static Layout strided(Shape shape, long[] strides, long offset) {
    return new Layout(shape, strides, offset);
  }

  private static long[] rowMajorStrides(Shape shape) {
    long[] strides = new long[shape.rank()];
    long step = 1;
    for (int d = strides.length - 1; d >= 0; d--) {
      strides[d] = step;
      step *= Math.max(1, shape.size(d));
    }
    return strides;
  }

  private static boolean rowMajor(Shape shape, long[] strides) {
    long step = 1;
    for (int d = strides.length - 1; d >= 0; d--) {
      long size = shape.size(d);
      if (size != 1 && strides[d] != step) {
        return shape.elements() == 0;
      }
      step *= size;
    }
    return true;
  }

  public Shape shape() {
    return shape;
  }

  public long offset() {
    return offset;
  }

  public long stride(int dim) {
    return strides[shape.dim(dim)];
  }

  /// A copy of the strides.
  public long[] strides() {
    return strides.clone();
  }

  /// Whether walking the elements in row-major order walks memory one by one.
  public boolean isContiguous() {
    return contiguous;
  }

  /// Whether both name the same places in the same order; the shapes are equal already.
  public boolean sameAs(Layout other) {
    return this == other || offset == other.offset && Arrays.equals(strides, other.strides);
  }

  /// Whether this covers a storage of exactly these elements, in order, from its start.
  public boolean covers(long elements) {
    return contiguous && offset == 0 && shape.elements() == elements;
  }

  /// Whether this has each of so many elements once, from the storage's start, whatever the order.
  public boolean fills(long elements) {
    int[] order = contiguous ? null : Order.of(this);
    return (order == null ? this : permute(order)).covers(elements);
  }

  /// Whether two indices share a place, as after an expand; writing there would be ambiguous.
  public boolean overlapsItself() {
    if (contiguous || shape.elements() == 0) {
      return false;
    }
    Integer[] order = byStride();
    long reach = 0;
    for (int d : order) {
      if (shape.size(d) > 1) {
        if (Math.abs(strides[d]) <= reach) {
          return true;
        }
        reach += Math.abs(strides[d]) * (shape.size(d) - 1);
      }
    }
    return false;
  }

  /// Whether one element stands for several along some dimension.
  public boolean isExpanded() {
    for (int d = 0; d < strides.length; d++) {
      if (strides[d] == 0 && shape.size(d) > 1) {
        return true;
      }
    }
    return false;
  }

  /// Whether each dimension takes longer steps than those after it.
  public boolean isInOrder() {
    long before = Long.MAX_VALUE;
    for (int d = 0; d < strides.length; d++) {
      if (shape.size(d) > 1) {
        long step = Math.abs(strides[d]);
        if (step >= before) {
          return false;
        }
        before = step;
      }
    }
    return true;
  }

  private Integer[] byStride() {
    Integer[] order = new Integer[strides.length];
    Arrays.setAll(order, d -> d);
    Arrays.sort(order, (a, b) -> Long.compare(Math.abs(strides[a]), Math.abs(strides[b])));
    return order;
  }

  /// Whether some element of this may be an element of the other, the same storage given. Exact for
  /// slices of one dense tensor, also columns and every n-th row; elsewhere it may err on the side of true.
  public boolean mayOverlap(Layout other) {
    if (shape.elements() == 0 || other.shape.elements() == 0) {
      return false;
    }
    return first() <= other.last()
        && other.first() <= last()
        && !Remainders.differ(this, other, strides)
        && !Remainders.differ(this, other, other.strides);
  }

  private long first() {
    long at = offset;
    for (int d = 0; d < strides.length; d++) {
      at += Math.min(0, strides[d] * (shape.size(d) - 1));
    }
    return at;
  }

  private long last() {
    long at = offset;
    for (int d = 0; d < strides.length; d++) {
      at += Math.max(0, strides[d] * (shape.size(d) - 1));
    }
    return at;
  }

  /// Repeats dimensions of size 1 and adds leading ones with stride 0; the shapes are known to fit.
  public Layout expand(Shape target) {
    if (target.equals(shape)) {
      return this;
    }
    int added = target.rank() - shape.rank();
    long[] out = new long[target.rank()];
    for (int d = added; d < out.length; d++) {
      out[d] = shape.size(d - added) == target.size(d) ? strides[d - added] : 0;
    }
    return new Layout(target, out, offset);
  }

  /// Dimension d of the result is dimension `order[d]` of this.
  public Layout permute(int... order) {
    long[] sizes = new long[order.length];
    long[] out = new long[order.length];
    for (int d = 0; d < order.length; d++) {
      sizes[d] = shape.size(order[d]);
      out[d] = strides[order[d]];
    }
    return new Layout(Shape.of(sizes), out, offset);
  }

  /// Keeps one index of a dimension and drops the dimension.
  public Layout select(int dim, long index) {
    return new Layout(
        Shape.of(without(shape.toArray(), dim)),
        without(strides, dim),
        offset + index * strides[dim]);
  }

  /// Keeps `length` indices of a dimension from `start`, `step` apart.
  public Layout slice(int dim, long start, long length, long step) {
    long[] sizes = shape.toArray();
    long[] out = strides.clone();
    sizes[dim] = length;
    out[dim] = strides[dim] * step;
    return new Layout(Shape.of(sizes), out, offset + (length == 0 ? 0 : start * strides[dim]));
  }

  /// Walks the given dimensions backwards; only for reading, since no user's view has such strides.
  public Layout reverse(boolean[] dims) {
    long[] out = strides.clone();
    long start = offset;
    for (int d = 0; d < out.length; d++) {
      if (dims[d] && shape.size(d) > 0) {
        start += (shape.size(d) - 1) * strides[d];
        out[d] = -strides[d];
      }
    }
    return new Layout(shape, out, start);
  }

  /// Adds a dimension of size 1 before `dim`.
  public Layout unsqueeze(int dim) {
    long[] sizes = with(shape.toArray(), dim, 1);
    long step = dim < strides.length ? strides[dim] * Math.max(1, shape.size(dim)) : 1;
    return new Layout(Shape.of(sizes), with(strides, dim, step), offset);
  }

  /// Drops a dimension, which has size 1.
  public Layout squeeze(int dim) {
    return new Layout(Shape.of(without(shape.toArray(), dim)), without(strides, dim), offset);
  }

  /// The diagonal of two dimensions as a new last one.
  public Layout diagonal(long diagonal, int first, int second) {
    long rows = shape.size(first) - Math.max(0, -diagonal);
    long columns = shape.size(second) - Math.max(0, diagonal);
    long length = Math.max(0, Math.min(rows, columns));
    long start =
        length == 0 ? 0 : diagonal >= 0 ? diagonal * strides[second] : -diagonal * strides[first];
    int high = Math.max(first, second);
    int low = Math.min(first, second);
    long[] sizes = without(without(shape.toArray(), high), low);
    long[] out = without(without(strides, high), low);
    return new Layout(
        Shape.of(with(sizes, sizes.length, length)),
        with(out, out.length, strides[first] + strides[second]),
        offset + start);
  }

  /// The same elements in the same order under other sizes, or null when that needs a copy.
  public @Nullable Layout view(Shape target) {
    if (contiguous) {
      return new Layout(target, rowMajorStrides(target), offset);
    }
    long[] out = new long[target.rank()];
    int d = target.rank() - 1;
    int from = shape.rank() - 1;
    while (from >= 0) {
      long run = shape.size(from);
      long step = strides[from];
      while (from > 0
          && (shape.size(from - 1) == 1 || strides[from - 1] == run * step || run == 1)) {
        from--;
        step = run == 1 ? strides[from] : step;
        run *= shape.size(from);
      }
      long filled = 1;
      while (d >= 0 && (filled < run || target.size(d) == 1)) {
        out[d] = step * filled;
        filled *= target.size(d--);
      }
      if (filled != run) {
        return null;
      }
      from--;
    }
    return d >= 0 ? null : new Layout(target, out, offset);
  }

  private static long[] without(long[] values, int at) {
    long[] out = new long[values.length - 1];
    System.arraycopy(values, 0, out, 0, at);
    System.arraycopy(values, at + 1, out, at, out.length - at);
    return out;
  }

  private static long[] with(long[] values, int at, long value) {
    long[] out = new long[values.length + 1];
    System.arraycopy(values, 0, out, 0, at);
    out[at] = value;
    System.arraycopy(values, at, out, at + 1, values.length - at);
    return out;
  }
}
