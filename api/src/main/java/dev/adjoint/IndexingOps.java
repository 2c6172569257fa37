package dev.adjoint;

import dev.adjoint.graph.Dispatch;
import dev.adjoint.graph.Numbers;
import dev.adjoint.op.CopyOp;
import dev.adjoint.op.UnaryOp;
import dev.adjoint.op.index.Lookups;
import dev.adjoint.op.index.Rearranging;
import dev.adjoint.op.index.ScatterArguments;
import dev.adjoint.type.DType;

/// Copies, conversions, and elements chosen by index.
public sealed interface IndexingOps permits Tensor {

  /// Overwrites this with another tensor, stretched and converted.
  default Tensor copy_(Tensor source) {
    return Dispatch.copy(new CopyOp("CopyBackwards"), (Tensor) this, source);
  }

  /// Overwrites this with one number.
  default Tensor fill_(Number value) {
    return Dispatch.copy(
        new CopyOp("FillBackward0"), (Tensor) this, Numbers.like((Tensor) this, value));
  }

  /// Overwrites this with zeros.
  default Tensor zero_() {
    return Dispatch.copy(
        new CopyOp("ZeroBackward0"), (Tensor) this, Numbers.like((Tensor) this, 0));
  }

  /// This if its memory is in row-major order, else a copy that is.
  default Tensor contiguous() {
    Tensor t = (Tensor) this;
    return t.isContiguous() ? t : t.clone();
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

  /// y[i][j] = x[index[i][j]][j] for dimension 0, and so for others; the result has the index's shape,
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
}
