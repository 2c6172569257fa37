package dev.adjoint.lowering;

import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;

/// Which lane folds what: a group is `columns` results side by side times so many lanes along the
/// folded elements of each. Where there are too few results to fill a device, the folded elements
/// are cut into blocks, whose partial results a second launch folds. The grid follows from the
/// shape and the size of a group alone, and so do results, to the last bit.
///
/// Where lanes side by side fold elements side by side, and each has some, it takes neighbours, which a
/// GPU reads at once if they lie so.
///
/// @param kept how many results
/// @param folded how many elements each is made of
/// @param columns of a group, a power of two
/// @param keptFirst whether lanes side by side take results side by side
/// @param blocks of the folded elements
/// @param block elements of one
/// @param pack neighbours among the folded elements that a lane takes together
record FoldGrid(
    long kept, long folded, long columns, boolean keptFirst, long blocks, long block, int pack) {
  private static final int PACK = ElementwiseLowering.PACK;
  private static final int COALESCED = 32;
  private static final int SHARED_WORK = 64;
  private static final long ENOUGH_GROUPS = 256;

  static FoldGrid of(Launch.Fold launch, int lanes) {
    long[] shape = launch.shape();
    int keptDims = shape.length - launch.folded();
    long kept = product(shape, 0, keptDims);
    long folded = product(shape, keptDims, shape.length);
    boolean keptFirst = kept > 1 && keptLiesCloser(launch, keptDims);
    long columns = columns(kept, folded, keptFirst, lanes);
    long rows = lanes / columns;
    long groups = Math.ceilDiv(kept, columns);
    long blocks = 1;
    if (groups < ENOUGH_GROUPS && folded > 2 * SHARED_WORK * rows) {
      blocks = Math.min(2 * ENOUGH_GROUPS / groups, folded / (SHARED_WORK * rows));
    }
    int pack = keptFirst || folded < PACK * rows ? 1 : PACK;
    long unit = pack * rows;
    long block = Math.max(1, Math.ceilDiv(Math.ceilDiv(folded, blocks), unit) * unit);
    long filled = Math.max(1, Math.ceilDiv(folded, block));
    return new FoldGrid(kept, folded, columns, keptFirst, filled, block, pack);
  }

  /// The grid that folds the blocks' results: `[blocks][kept]`, as it lies in memory.
  FoldGrid join(int lanes) {
    long columns = columns(kept, blocks, kept > 1, lanes);
    return new FoldGrid(kept, blocks, columns, kept > 1, 1, blocks, 1);
  }

  private static long columns(long kept, long folded, boolean keptFirst, int lanes) {
    long rows =
        keptFirst
            ? Math.min(powerOfTwo(folded), Math.max(1, lanes / COALESCED))
            : Math.min(powerOfTwo(folded), lanes);
    return Math.min(lanes / rows, powerOfTwo(kept));
  }

  private static long powerOfTwo(long atLeast) {
    return atLeast <= 1 ? 1 : Long.highestOneBit(atLeast - 1) << 1;
  }

  static boolean keptLiesCloser(Launch.Fold launch, int keptDims) {
    long[] shape = launch.shape();
    Operand[] operands = launch.operands();
    for (int o = 0; o + 1 < operands.length; o++) {
      long keptStep = nearest(shape, operands[o], 0, keptDims);
      long foldedStep = nearest(shape, operands[o], keptDims, shape.length);
      if (keptStep != foldedStep) {
        return keptStep < foldedStep;
      }
    }
    return false;
  }

  /// The shortest step of some dimensions; one that stands still is far.
  private static long nearest(long[] shape, Operand operand, int from, int to) {
    long nearest = Long.MAX_VALUE;
    for (int d = from; d < to; d++) {
      long step = Math.abs(operand.stride(d));
      nearest = step == 0 || shape[d] == 1 ? nearest : Math.min(nearest, step);
    }
    return nearest;
  }

  private static long product(long[] shape, int from, int to) {
    long product = 1;
    for (int d = from; d < to; d++) {
      product *= shape[d];
    }
    return product;
  }

  long groups() {
    return Math.ceilDiv(kept, columns) * blocks;
  }
}
