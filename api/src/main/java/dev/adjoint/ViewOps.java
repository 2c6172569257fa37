package dev.adjoint;

import dev.adjoint.graph.Dispatch;
import dev.adjoint.op.Joining;
import dev.adjoint.op.ViewArguments;
import dev.adjoint.op.Views;
import dev.adjoint.op.index.Slices;
import dev.adjoint.type.Shape;
import java.util.List;

/// Other shapes and parts of the same memory: nothing is copied, and writes show through.
public sealed interface ViewOps permits Tensor {

  /// Other sizes over the same elements; one may be -1.
  ///
  /// @throws dev.adjoint.type.ShapeException when the layout would need a copy: use [#reshape]
  default Tensor view(long... sizes) {
    return ViewArguments.view((Tensor) this, sizes);
  }

  /// As [#view] where that is possible, else a copy.
  default Tensor reshape(long... sizes) {
    return ViewArguments.reshape((Tensor) this, sizes);
  }

  /// All dimensions as one.
  default Tensor flatten() {
    return flatten(0, -1);
  }

  /// The dimensions from `start` to `end` as one.
  default Tensor flatten(int start, int end) {
    return ViewArguments.flatten((Tensor) this, start, end);
  }

  /// Without the dimensions of size 1.
  default Tensor squeeze() {
    return ViewArguments.squeeze((Tensor) this);
  }

  /// Without a dimension, if it has size 1.
  default Tensor squeeze(int dim) {
    return ViewArguments.squeeze((Tensor) this, dim);
  }

  /// With a dimension of size 1 before `dim`.
  default Tensor unsqueeze(int dim) {
    Tensor t = (Tensor) this;
    return Dispatch.view(new Views.Unsqueeze(Shape.dim(dim, t.dim() + 1)), t);
  }

  /// Two dimensions in each other's place.
  default Tensor transpose(int first, int second) {
    return ViewArguments.transpose((Tensor) this, first, second, "TransposeBackward0");
  }

  /// A matrix transposed; of fewer dimensions, itself.
  default Tensor t() {
    return ViewArguments.t((Tensor) this);
  }

  /// Dimension d of the result is dimension `order[d]` of this.
  default Tensor permute(int... order) {
    return ViewArguments.permute((Tensor) this, order);
  }

  /// A dimension in another place, the others in their order.
  default Tensor movedim(int source, int destination) {
    return ViewArguments.movedim((Tensor) this, source, destination);
  }

  /// Dimensions of size 1 stretched, and leading ones added; -1 keeps a size.
  default Tensor expand(long... sizes) {
    return ViewArguments.expand((Tensor) this, sizes);
  }

  /// Stretched to another tensor's shape.
  default Tensor expandAs(Tensor other) {
    return expand(other.shape().toArray());
  }

  /// One index of a dimension; -1 is the last.
  default Tensor select(int dim, long index) {
    return ViewArguments.select((Tensor) this, dim, index);
  }

  /// `length` indices of a dimension from `start`.
  default Tensor narrow(int dim, long start, long length) {
    return Slices.narrow((Tensor) this, dim, start, length);
  }

  /// Indices of a dimension from `start` up to, not with, `end`, `step` apart; clamped to the size.
  default Tensor slice(int dim, long start, long end, long step) {
    return Slices.slice((Tensor) this, dim, start, end, step);
  }

  /// Pieces of `size` along a dimension; the last may be smaller.
  default List<Tensor> split(long size, int dim) {
    return Slices.split((Tensor) this, size, dim);
  }

  /// Pieces of these sizes along a dimension.
  default List<Tensor> split(long[] sizes, int dim) {
    return Slices.split((Tensor) this, sizes, dim);
  }

  /// At most `count` pieces of equal size along a dimension, the last may be smaller.
  default List<Tensor> chunk(int count, int dim) {
    return Slices.chunk((Tensor) this, count, dim);
  }

  /// Every index of the first dimension as a tensor.
  default List<Tensor> unbind() {
    return unbind(0);
  }

  /// Every index of a dimension as a tensor: n views with one node, whose backward gathers the n
  /// gradients in one kernel.
  default List<Tensor> unbind(int dim) {
    return ViewArguments.unbind((Tensor) this, dim);
  }

  /// As [#unbind(int)], each in memory of its own, made by one kernel.
  default List<Tensor> unbindCopy(int dim) {
    Tensor t = (Tensor) this;
    return Dispatch.compute(new Joining.Unpack(ViewArguments.ofTensor(t, dim)), t);
  }

  /// The main diagonal of the first two dimensions.
  default Tensor diagonal() {
    return diagonal(0, 0, 1);
  }

  /// A diagonal of two dimensions as the last one of the result; positive offsets lie above the main one.
  default Tensor diagonal(long offset, int first, int second) {
    return ViewArguments.diagonal((Tensor) this, offset, first, second);
  }
}
