package dev.adjoint.op.index;

import dev.adjoint.Tensor;
import dev.adjoint.graph.Dispatch;
import dev.adjoint.graph.InPlace;
import dev.adjoint.op.Compute;
import dev.adjoint.type.DTypeException;
import dev.adjoint.type.Shape;
import dev.adjoint.type.ShapeException;

/// Arguments of gathers and scatters, checked and cut to size. A 0-d tensor counts as one of 1
/// dimension.
public final class ScatterArguments {
  private ScatterArguments() {}

  private static int rank(Tensor t) {
    return Math.max(1, t.dim());
  }

  private static void requireRank(Tensor x, Tensor index, String self) {
    if (rank(x) != rank(index)) {
      throw new ShapeException(
          "Index tensor must have the same number of dimensions as "
              + self
              + " tensor. They have shapes "
              + index.shape()
              + " and "
              + x.shape());
    }
  }

  /// Whether a tensor is at least as large as an index in all dimensions but one.
  private static boolean covers(Shape x, Shape index, int dim) {
    for (int d = 0; d < Math.min(x.rank(), index.rank()); d++) {
      if (d != dim && index.size(d) > x.size(d)) {
        return false;
      }
    }
    return true;
  }

  public static Tensor gather(Tensor x, int dim, Tensor index) {
    int d = x.shape().dim(dim);
    Tensor at = Indices.asLong(index, "gather(): Expected dtype int32/int64 for index");
    if (at.numel() == 0) {
      long[] nothing = new long[rank(x)];
      Tensor y = Dispatch.single(new Scatters.Gather(d), x, at.reshape(nothing));
      return y.reshape(at.shape().toArray());
    }
    requireRank(x, at, "input");
    if (!covers(x.shape(), at.shape(), d)) {
      throw new ShapeException(
          "Size does not match at dimension "
              + larger(x.shape(), at.shape(), d)
              + " expected index "
              + at.shape()
              + " to be no larger than self "
              + x.shape()
              + " apart from dimension "
              + d);
    }
    Tensor inside = Indices.inRange(at, d, x.shape().around(d)[1]);
    return Dispatch.single(new Scatters.Gather(d), x, inside);
  }

  private static int larger(Shape x, Shape index, int dim) {
    for (int d = 0; d < x.rank(); d++) {
      if (d != dim && index.size(d) > x.size(d)) {
        return d;
      }
    }
    return dim;
  }

  private static Tensor run(boolean inPlace, Compute op, Tensor... inputs) {
    return inPlace ? InPlace.compute(op, inputs) : Dispatch.single(op, inputs);
  }

  public static Tensor scatter(Tensor x, int dim, Tensor index, Tensor source, boolean inPlace) {
    int d = x.shape().dim(dim);
    Tensor at = checked(x, d, index, source);
    return run(inPlace, new Scatters.Scatter(d), x, at, part(source, at));
  }

  public static Tensor scatterAdd(Tensor x, int dim, Tensor index, Tensor source, boolean inPlace) {
    int d = x.shape().dim(dim);
    Tensor at = checked(x, d, index, source);
    return run(inPlace, new Scatters.ScatterAdd(d), x, at, part(source, at));
  }

  public static Tensor scatter(Tensor x, int dim, Tensor index, Number value, boolean inPlace) {
    int d = x.shape().dim(dim);
    Tensor at = checked(x, d, index, null);
    return run(inPlace, new Scatters.ScatterNumber(d, value), x, at);
  }

  private static Tensor checked(
      Tensor x, int dim, Tensor index, @org.jspecify.annotations.Nullable Tensor source) {
    Tensor at = Indices.asLong(index, "scatter(): Expected dtype int32/int64 for index");
    if (source != null && source.dtype() != x.dtype()) {
      throw new DTypeException(
          "scatter(): Expected self.dtype to be equal to src.dtype. They are "
              + x.dtype()
              + " and "
              + source.dtype()
              + "; convert one with to(...).");
    }
    if (at.numel() == 0) {
      return at;
    }
    requireRank(x, at, "self");
    boolean fits = covers(x.shape(), at.shape(), dim);
    if (source != null) {
      requireRank(source, at, "src");
      fits &= covers(source.shape(), at.shape(), -1);
    }
    if (!fits) {
      throw new ShapeException(
          "Expected index "
              + at.shape()
              + " to be no larger than self "
              + x.shape()
              + " apart from dimension "
              + dim
              + (source == null ? "" : " and to be no larger size than src " + source.shape()));
    }
    return Indices.inRange(at, dim, x.shape().around(dim)[1]);
  }

  /// The part of a source that has an index.
  private static Tensor part(Tensor source, Tensor index) {
    return index.numel() == 0 ? source : Scatters.fitting(source, index.shape(), -1);
  }
}
