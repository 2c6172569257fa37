package dev.adjoint.memory.layout;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The loop nest of a launch, made as shallow as the operands allow: dimensions of size 1 go, and
/// neighbours that every operand walks as one are joined.
public final class Iteration {
  private static final long[] ONE = {1};
  private static final Iteration SINGLE = new Iteration(ONE, null, 1);

  private final long[] shape;

  // By operand, over the shape; null when all are contiguous.
  private final long @Nullable [][] strides;

  private final int kept;

  private Iteration(long[] shape, long @Nullable [][] strides, int kept) {
    this.shape = shape;
    this.strides = strides;
    this.kept = kept;
  }

  /// The nest of one element count when every operand is contiguous.
  public static Iteration flat(long elements) {
    return elements == 1 ? SINGLE : new Iteration(new long[] {elements}, null, 1);
  }

  /// The sizes of the loops, which are not copied.
  public long[] shape() {
    return shape;
  }

  /// How many of the dimensions come before the boundary given to [#of].
  public int kept() {
    return kept;
  }

  /// An operand's strides over [#shape], which are not copied.
  public long[] strides(int operand) {
    return strides == null ? ONE : strides[operand];
  }

  /// Joins dimensions on either side of a boundary, never across it; each side keeps at least one.
  public static Iteration of(long[] shape, long[][] strides, int boundary) {
    int operands = strides.length;
    long[] sizes = new long[shape.length + 2];
    // One after the other: the virtual machine makes arrays of arrays by a slow call.
    long[][] steps = new long[operands][];
    for (int k = 0; k < operands; k++) {
      steps[k] = new long[sizes.length];
    }
    int rank = join(shape, strides, 0, boundary, sizes, steps, 0);
    int kept = rank;
    if (boundary < shape.length) {
      rank = join(shape, strides, boundary, shape.length, sizes, steps, rank);
    }
    for (int k = 0; k < operands; k++) {
      steps[k] = Arrays.copyOf(steps[k], rank);
    }
    return new Iteration(Arrays.copyOf(sizes, rank), steps, kept);
  }

  private static int join(
      long[] shape, long[][] strides, int from, int to, long[] sizes, long[][] steps, int start) {
    int rank = start;
    for (int d = from; d < to; d++) {
      if (shape[d] == 1) {
        continue;
      }
      if (rank > start && joins(strides, steps, rank - 1, d, shape[d])) {
        sizes[rank - 1] *= shape[d];
      } else {
        sizes[rank++] = shape[d];
      }
      for (int k = 0; k < strides.length; k++) {
        steps[k][rank - 1] = strides[k][d];
      }
    }
    if (rank == start) {
      sizes[rank++] = 1;
    }
    return rank;
  }

  private static boolean joins(long[][] strides, long[][] steps, int outer, int inner, long size) {
    for (int k = 0; k < strides.length; k++) {
      if (steps[k][outer] != strides[k][inner] * size) {
        return false;
      }
    }
    return true;
  }
}
