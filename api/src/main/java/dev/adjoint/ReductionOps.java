package dev.adjoint;

import dev.adjoint.graph.Dispatch;
import dev.adjoint.graph.InPlace;
import dev.adjoint.op.Moments;
import dev.adjoint.op.Reductions;
import dev.adjoint.op.Scans;
import dev.adjoint.spi.Reducer;
import dev.adjoint.type.DTypeException;

/// Many elements into fewer. Dimensions may be negative; none named means all.
public sealed interface ReductionOps permits Tensor {

  /// Σ x over all elements; integers and bools sum in int64, nothing sums to 0.
  default Tensor sum() {
    Tensor t = (Tensor) this;
    return Dispatch.single(new Reductions.Sum(Reductions.dims(t), false, true), t);
  }

  /// Σ x over dimensions.
  default Tensor sum(int... dims) {
    return sum(dims, false);
  }

  /// Σ x over dimensions, which stay with size 1 if `keepdim`.
  default Tensor sum(int[] dims, boolean keepdim) {
    Tensor t = (Tensor) this;
    return Dispatch.single(new Reductions.Sum(Reductions.dims(t, dims), keepdim, false), t);
  }

  /// The mean of all elements; NaN of nothing.
  ///
  /// @throws DTypeException for integers and bools
  default Tensor mean() {
    Tensor t = requireFloating();
    return Dispatch.single(new Reductions.Mean(Reductions.dims(t), false, true), t);
  }

  /// The mean over dimensions.
  default Tensor mean(int... dims) {
    return mean(dims, false);
  }

  /// The mean over dimensions, which stay with size 1 if `keepdim`.
  default Tensor mean(int[] dims, boolean keepdim) {
    Tensor t = requireFloating();
    return Dispatch.single(new Reductions.Mean(Reductions.dims(t, dims), keepdim, false), t);
  }

  /// Π x over all elements; integers and bools multiply in int64, nothing multiplies to 1.
  default Tensor prod() {
    Tensor t = (Tensor) this;
    return Dispatch.single(new Reductions.Prod(Reductions.dims(t), false, true), t);
  }

  /// Π x over a dimension.
  default Tensor prod(int dim) {
    return prod(dim, false);
  }

  /// Π x over a dimension, which stays with size 1 if `keepdim`.
  default Tensor prod(int dim, boolean keepdim) {
    Tensor t = (Tensor) this;
    return Dispatch.single(new Reductions.Prod(Reductions.dims(t, dim), keepdim, false), t);
  }

  /// Σ (x - mean)² / (n - 1) over all elements; NaN of fewer than two.
  ///
  /// @throws DTypeException for integers and bools
  default Tensor var() {
    return Moments.variance((Tensor) this, false, 1, false);
  }

  /// Σ (x - mean)² / (n - `correction`) over dimensions, which stay with size 1 if `keepdim`.
  default Tensor var(int[] dims, int correction, boolean keepdim) {
    return Moments.variance((Tensor) this, false, correction, keepdim, dims);
  }

  /// √[#var()]; the gradient is 0 where all elements are equal.
  default Tensor std() {
    return Moments.variance((Tensor) this, true, 1, false);
  }

  /// √[#var(int[], int, boolean)].
  default Tensor std(int[] dims, int correction, boolean keepdim) {
    return Moments.variance((Tensor) this, true, correction, keepdim, dims);
  }

  /// √ Σ x² over all elements; the gradient at 0 is 0.
  default Tensor norm() {
    return norm(2);
  }

  /// (Σ |x|ᵖ)^(1/p) over all elements: the greatest and least |x| for ±∞, how many are not 0 for 0.
  ///
  /// @throws DTypeException for integers and bools
  default Tensor norm(Number p) {
    return Moments.norm((Tensor) this, p, false);
  }

  /// [#norm(Number)] over dimensions, which stay with size 1 if `keepdim`.
  default Tensor norm(Number p, int[] dims, boolean keepdim) {
    return Moments.norm((Tensor) this, p, keepdim, dims);
  }

  /// log Σ eˣ over dimensions, without overflow; integers become float32.
  default Tensor logsumexp(int... dims) {
    return logsumexp(dims, false);
  }

  /// [#logsumexp(int...)]; the dimensions stay with size 1 if `keepdim`.
  default Tensor logsumexp(int[] dims, boolean keepdim) {
    return Reductions.logsumexp((Tensor) this, keepdim, dims);
  }

  /// Whether any element is not 0: a bool, for uint8 an uint8. False of nothing.
  default Tensor any() {
    return Reductions.test(Reducer.ANY, (Tensor) this, false);
  }

  /// [#any()] along a dimension.
  default Tensor any(int dim) {
    return any(dim, false);
  }

  /// [#any()] along a dimension, which stays with size 1 if `keepdim`.
  default Tensor any(int dim, boolean keepdim) {
    return Reductions.test(Reducer.ANY, (Tensor) this, keepdim, dim);
  }

  /// Whether no element is 0: a bool, for uint8 an uint8. True of nothing.
  default Tensor all() {
    return Reductions.test(Reducer.ALL, (Tensor) this, false);
  }

  /// [#all()] along a dimension.
  default Tensor all(int dim) {
    return all(dim, false);
  }

  /// [#all()] along a dimension, which stays with size 1 if `keepdim`.
  default Tensor all(int dim, boolean keepdim) {
    return Reductions.test(Reducer.ALL, (Tensor) this, keepdim, dim);
  }

  /// The running sum along a dimension; integers and bools sum in int64.
  default Tensor cumsum(int dim) {
    Tensor t = (Tensor) this;
    return Dispatch.single(new Scans.Cumsum(t.shape().dim(dim)), t);
  }

  /// [#cumsum] in place, in this tensor's type.
  default Tensor cumsum_(int dim) {
    Tensor t = (Tensor) this;
    return InPlace.compute(new Scans.Cumsum(t.shape().dim(dim)), t);
  }

  /// e^xᵢ / Σ e^xⱼ along a dimension, without overflow; NaN for a line of -∞ only.
  default Tensor softmax(int dim) {
    return Scans.softmax((Tensor) this, dim);
  }

  /// xᵢ - log Σ e^xⱼ along a dimension, without overflow.
  default Tensor logSoftmax(int dim) {
    return Scans.logSoftmax((Tensor) this, dim, false);
  }

  private Tensor requireFloating() {
    Tensor t = (Tensor) this;
    if (!t.dtype().isFloating()) {
      throw new DTypeException(
          "mean(): could not infer output dtype. Input dtype must be either a floating point or complex"
              + " dtype. Got: "
              + t.dtype().scalarType()
              + ". Convert it with to(DType.FLOAT32) first.");
    }
    return t;
  }
}
