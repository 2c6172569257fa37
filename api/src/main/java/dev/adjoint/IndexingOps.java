package dev.adjoint;

import dev.adjoint.graph.Dispatch;
import dev.adjoint.graph.InPlace;
import dev.adjoint.host.Numbers;
import dev.adjoint.op.CopyOp;
import dev.adjoint.op.Transfer;
import dev.adjoint.op.UnaryOp;
import dev.adjoint.op.index.Lookups;
import dev.adjoint.op.index.Masks;
import dev.adjoint.op.index.Rearranging;
import dev.adjoint.op.index.ScatterArguments;
import dev.adjoint.op.index.Subscripts;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import java.util.Arrays;

/// Copies, conversions, and elements chosen by index.
public sealed interface IndexingOps permits Tensor {

  /// Overwrites this with another tensor, stretched and converted.
  default Tensor copy_(Tensor source) {
    return InPlace.copy("copy_", new CopyOp("CopyBackwards"), (Tensor) this, source);
  }

  /// Overwrites this with one number.
  default Tensor fill_(Number value) {
    return InPlace.copy(
        "fill_",
        new CopyOp("FillBackward2"),
        (Tensor) this,
        Numbers.like((Tensor) this, Numbers.fitting(value, ((Tensor) this).dtype())));
  }

  /// Overwrites this with zeros.
  default Tensor zero_() {
    return InPlace.copy(
        "zero_", new CopyOp("ZeroBackward0"), (Tensor) this, Numbers.like((Tensor) this, 0));
  }

  /// This if its memory is in row-major order, else a copy that is.
  default Tensor contiguous() {
    Tensor t = (Tensor) this;
    return t.isContiguous() ? t : Dispatch.copy(t);
  }

  /// The elements in another type; this itself if it has the type. Floating to integral truncates.
  default Tensor to(DType type) {
    Tensor t = (Tensor) this;
    return t.dtype() == type ? t : Dispatch.convert(UnaryOp.CAST, t, type);
  }

  /// The rows along a dimension that a vector of indices names.
  ///
  /// @throws dev.adjoint.type.IndexException when one is negative or too large
  default Tensor indexSelect(int dim, Tensor index) {
    return Lookups.indexSelect((Tensor) this, dim, index);
  }

  /// `y[i][j] = x[index[i][j]][j]` for dimension 0, and so for others; the result has the index's shape,
  /// which may be smaller than this in the other dimensions.
  ///
  /// @throws dev.adjoint.type.IndexException when an index is negative or too large
  default Tensor gather(int dim, Tensor index) {
    return ScatterArguments.gather((Tensor) this, dim, index);
  }

  /// Copies of this side by side: `times` along each dimension, leading ones added.
  default Tensor repeat(long... times) {
    return Rearranging.repeat((Tensor) this, times);
  }

  /// These dimensions backwards, in a copy.
  default Tensor flip(int... dims) {
    return Rearranging.flip((Tensor) this, dims);
  }

  /// A dimension moved on by `shift` places in a copy; what leaves at one end comes in at the other.
  default Tensor roll(long shift, int dim) {
    return Rearranging.roll((Tensor) this, shift, dim);
  }

  /// A copy with the source's elements at places along a dimension: `y[index[i][j]][j] = source[i][j]`
  /// for dimension 0. Where several have one place, the last stays, and it alone gets the gradient.
  ///
  /// @throws dev.adjoint.type.IndexException when an index is negative or too large
  default Tensor scatter(int dim, Tensor index, Tensor source) {
    return ScatterArguments.scatter((Tensor) this, dim, index, source, false);
  }

  /// [#scatter(int, Tensor, Tensor)] of one number.
  default Tensor scatter(int dim, Tensor index, Number value) {
    return ScatterArguments.scatter((Tensor) this, dim, index, value, false);
  }

  /// [#scatter(int, Tensor, Tensor)] in place.
  default Tensor scatter_(int dim, Tensor index, Tensor source) {
    return ScatterArguments.scatter((Tensor) this, dim, index, source, true);
  }

  /// [#scatter(int, Tensor, Number)] in place.
  default Tensor scatter_(int dim, Tensor index, Number value) {
    return ScatterArguments.scatter((Tensor) this, dim, index, value, true);
  }

  /// As [#scatter(int, Tensor, Tensor)], but adds, in the order of the source.
  default Tensor scatterAdd(int dim, Tensor index, Tensor source) {
    return ScatterArguments.scatterAdd((Tensor) this, dim, index, source, false);
  }

  /// [#scatterAdd] in place.
  default Tensor scatterAdd_(int dim, Tensor index, Tensor source) {
    return ScatterArguments.scatterAdd((Tensor) this, dim, index, source, true);
  }

  /// A copy with the source's rows added at the places that a vector of indices names.
  ///
  /// @throws dev.adjoint.type.IndexException when an index is negative or too large
  default Tensor indexAdd(int dim, Tensor index, Tensor source) {
    return Lookups.indexAdd((Tensor) this, dim, index, source, false);
  }

  /// [#indexAdd] in place.
  default Tensor indexAdd_(int dim, Tensor index, Tensor source) {
    return Lookups.indexAdd((Tensor) this, dim, index, source, true);
  }

  /// The elements where a mask holds as a vector, in row-major order; both stretch to one shape.
  default Tensor maskedSelect(Tensor mask) {
    return Masks.maskedSelect((Tensor) this, mask);
  }

  /// The element or part at these indices; -1 is the last. A view.
  default Tensor get(long... indices) {
    return get(Arrays.stream(indices).mapToObj(Index::at).toArray(Index[]::new));
  }

  /// The selected part: a view, but a copy if an index is a tensor.
  ///
  /// @throws dev.adjoint.type.IndexException when an index is out of range, or there are too many
  default Tensor get(Index... indices) {
    return Subscripts.get((Tensor) this, indices);
  }

  /// Overwrites the selected part of this, which is returned. Where index tensors name a place twice, the
  /// last value stays, and it alone gets the gradient.
  default Tensor set(Tensor value, Index... indices) {
    return Subscripts.set((Tensor) this, value, indices);
  }

  /// [#set(Tensor, Index...)] with a number, converted to this tensor's type.
  default Tensor set(Number value, Index... indices) {
    return Subscripts.set((Tensor) this, value, indices);
  }

  /// The elements on another device, copied through the host; this itself if it is there. The gradient
  /// comes back to this tensor's device.
  ///
  /// @throws dev.adjoint.type.DeviceException when the device cannot be had
  default Tensor to(Device device) {
    Tensor t = (Tensor) this;
    return t.device().equals(device) ? t : Dispatch.single(new Transfer(t.device(), device), t);
  }
}
