package dev.adjoint;

import dev.adjoint.op.Extremes;
import dev.adjoint.op.Orders;

/// The greatest, the least and the middle elements, where they are, and all in order. Dimensions may be
/// negative.
public sealed interface OrderingOps permits Tensor {

  /// The greatest element; NaN if any is. Equal ones share the gradient.
  ///
  /// @throws dev.adjoint.type.ShapeException when there is none
  default Tensor max() {
    return Extremes.full((Tensor) this, true);
  }

  /// The greatest along a dimension, the first of equal ones, and where it is. It gets the gradient.
  default ValuesIndices max(int dim) {
    return max(dim, false);
  }

  /// [#max(int)]; the dimension stays with size 1 if `keepdim`.
  ///
  /// @throws dev.adjoint.type.IndexException when the dimension has size 0
  default ValuesIndices max(int dim, boolean keepdim) {
    return Extremes.along((Tensor) this, true, dim, keepdim);
  }

  /// The least element; NaN if any is. Equal ones share the gradient.
  ///
  /// @throws dev.adjoint.type.ShapeException when there is none
  default Tensor min() {
    return Extremes.full((Tensor) this, false);
  }

  /// The least along a dimension, the first of equal ones, and where it is. It gets the gradient.
  default ValuesIndices min(int dim) {
    return min(dim, false);
  }

  /// [#min(int)]; the dimension stays with size 1 if `keepdim`.
  ///
  /// @throws dev.adjoint.type.IndexException when the dimension has size 0
  default ValuesIndices min(int dim, boolean keepdim) {
    return Extremes.along((Tensor) this, false, dim, keepdim);
  }

  /// The greatest over dimensions; equal ones share the gradient, which is NaN where the result is.
  default Tensor amax(int... dims) {
    return amax(dims, false);
  }

  /// [#amax(int...)]; the dimensions stay with size 1 if `keepdim`.
  default Tensor amax(int[] dims, boolean keepdim) {
    return Extremes.over((Tensor) this, true, keepdim, dims);
  }

  /// The least over dimensions; equal ones share the gradient, which is NaN where the result is.
  default Tensor amin(int... dims) {
    return amin(dims, false);
  }

  /// [#amin(int...)]; the dimensions stay with size 1 if `keepdim`.
  default Tensor amin(int[] dims, boolean keepdim) {
    return Extremes.over((Tensor) this, false, keepdim, dims);
  }

  /// The median, of an even number the lower of the middle two; NaN if any is, or there is none. Equal
  /// ones share the gradient.
  default Tensor median() {
    return Orders.median((Tensor) this);
  }

  /// The median along a dimension and where it is; the first NaN if there is one. It gets the gradient.
  default ValuesIndices median(int dim) {
    return median(dim, false);
  }

  /// [#median(int)]; the dimension stays with size 1 if `keepdim`.
  default ValuesIndices median(int dim, boolean keepdim) {
    return Orders.median((Tensor) this, dim, keepdim);
  }

  /// The elements along the last dimension in ascending order, and where they were. Equal ones keep
  /// their order; NaN is greatest.
  default ValuesIndices sort() {
    return sort(-1, false);
  }

  /// [#sort()] along a dimension, or the other way round.
  default ValuesIndices sort(int dim, boolean descending) {
    return Orders.sort((Tensor) this, dim, descending);
  }

  /// The `k` greatest along the last dimension in descending order, and where they were.
  default ValuesIndices topk(long k) {
    return topk(k, -1, true);
  }

  /// The `k` greatest, or least, along a dimension in order.
  ///
  /// @throws dev.adjoint.type.IndexException when the dimension is smaller
  default ValuesIndices topk(long k, int dim, boolean largest) {
    return Orders.topk((Tensor) this, k, dim, largest);
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
}
