package dev.adjoint.lowering;

import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;
import java.util.Arrays;

/// A fold's iteration space, padded to the ranks its kernel is made for: kept dimensions, then
/// folded ones, with size 1 in front of either.
final class FoldSpace {
  private final Launch.Fold launch;
  private final int keptDims;
  private final int keptRank;
  private final int foldedRank;
  private final Geometry geometry;

  /// @param walked operands with a stride per dimension of the launch's shape
  FoldSpace(Launch.Fold launch, Operand[] walked, int keptRank, int foldedRank) {
    this.launch = launch;
    this.keptDims = launch.shape().length - launch.folded();
    this.keptRank = keptRank;
    this.foldedRank = foldedRank;
    Operand[] padded = new Operand[walked.length];
    for (int i = 0; i < walked.length; i++) {
      padded[i] = new Operand(walked[i].buffer(), walked[i].offset(), padded(walked[i]));
    }
    this.geometry = Geometry.of(shape(), padded, keptRank + foldedRank, true);
  }

  private long[] shape() {
    long[] shape = new long[keptRank + foldedRank];
    Arrays.fill(shape, 1);
    System.arraycopy(launch.shape(), 0, shape, keptRank - keptDims, keptDims);
    int folded = launch.folded();
    System.arraycopy(launch.shape(), keptDims, shape, shape.length - folded, folded);
    return shape;
  }

  private long[] padded(Operand input) {
    long[] strides = new long[keptRank + foldedRank];
    for (int d = 0; d < keptDims; d++) {
      strides[keptRank - keptDims + d] = input.stride(d);
    }
    for (int d = 0; d < launch.folded(); d++) {
      strides[strides.length - launch.folded() + d] = input.stride(keptDims + d);
    }
    return strides;
  }

  /// Whether each pack of an input's folded elements lies together, where packs may lie.
  boolean isPacked(Operand input) {
    for (int d = 0; d < keptDims; d++) {
      if (launch.shape()[d] > 1 && input.stride(d) % ElementwiseLowering.PACK != 0) {
        return false;
      }
    }
    return foldedRank == 1
        && input.offset() % ElementwiseLowering.PACK == 0
        && input.stride(keptDims) == 1;
  }

  int keptRank() {
    return keptRank;
  }

  int foldedRank() {
    return foldedRank;
  }

  int walk(int input) {
    return geometry.walk[input];
  }

  /// Each walk's step along a dimension: 0, 1, or n for any other.
  String steps(int dim) {
    return geometry.steps(dim);
  }

  boolean isNarrow() {
    return geometry.isNarrow() && outputIsNarrow();
  }

  private boolean outputIsNarrow() {
    long reach = 0;
    Operand output = launch.operands()[launch.operands().length - 1];
    for (int d = 0; d < keptDims; d++) {
      reach += Math.abs(output.stride(d)) * (launch.shape()[d] - 1);
    }
    return reach <= Integer.MAX_VALUE;
  }

  /// Sizes of kept dimensions but the first, which no index is divided by.
  void putKept(Words words) {
    for (int d = 1; d < keptRank; d++) {
      words.put(geometry.shape[d]);
    }
  }

  /// Sizes of folded dimensions but the first, and strides by walk.
  void putFolded(Words words) {
    for (int d = keptRank + 1; d < geometry.shape.length; d++) {
      words.put(geometry.shape[d]);
    }
    for (long[] strides : geometry.strides) {
      words.put(strides);
    }
  }

  /// The output's offset and strides.
  void putOutput(Words words) {
    Operand output = launch.operands()[launch.operands().length - 1];
    words.put(output.offset());
    for (int d = keptDims - keptRank; d < keptDims; d++) {
      words.put(d < 0 ? 0 : output.stride(d));
    }
  }
}
