package dev.adjoint;

import dev.adjoint.graph.Dispatch;
import dev.adjoint.op.Extremes;
import dev.adjoint.op.Reductions;
import dev.adjoint.op.Scans;
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

  /// Where the greatest element is, counted in row-major order; the first of equal ones, and of NaN.
  ///
  /// @throws dev.adjoint.type.IndexException when there is none
  default Tensor argmax() {
    return Extremes.arg((Tensor) this, true);
  }

  /// Where along a dimension the greatest element is.
  default Tensor argmax(int dim) {
    return argmax(dim, false);
  }

  /// Where along a dimension, which stays with size 1 if `keepdim`, the greatest element is.
  default Tensor argmax(int dim, boolean keepdim) {
    return Extremes.arg((Tensor) this, true, dim, keepdim);
  }

  /// Where the least element is, counted in row-major order; the first of equal ones, and of NaN.
  ///
  /// @throws dev.adjoint.type.IndexException when there is none
  default Tensor argmin() {
    return Extremes.arg((Tensor) this, false);
  }

  /// Where along a dimension the least element is.
  default Tensor argmin(int dim) {
    return argmin(dim, false);
  }

  /// Where along a dimension, which stays with size 1 if `keepdim`, the least element is.
  default Tensor argmin(int dim, boolean keepdim) {
    return Extremes.arg((Tensor) this, false, dim, keepdim);
  }

  /// e^xᵢ / Σ e^xⱼ along a dimension, without overflow; NaN for a line of -∞ only.
  default Tensor softmax(int dim) {
    return Scans.softmax((Tensor) this, dim);
  }

  /// xᵢ - log Σ e^xⱼ along a dimension, without overflow.
  default Tensor logSoftmax(int dim) {
    return Scans.logSoftmax((Tensor) this, dim);
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
