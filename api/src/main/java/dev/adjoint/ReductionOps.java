package dev.adjoint;

import dev.adjoint.graph.Dispatch;
import dev.adjoint.op.Reductions;
import dev.adjoint.type.DType;
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
