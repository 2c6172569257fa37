package dev.adjoint.backend.cpu;

import dev.adjoint.spi.Operand;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// The order in which a fold walks its space, and the tasks that the walk is cut into.
///
/// The space becomes `[outer][folded][inner]`: kept dimensions that lie closer together in the
/// leading input than any folded one go inside, so that memory is read as it lies and results stand
/// side by side in vectors. Each group is sorted from far to near, and neighbours that every operand
/// walks as one are joined. Tasks follow from the shape alone; where there are too few results to
/// share out, the folded group is cut into blocks, whose partial results are folded at the end.
final class FoldPlan {
  private static final long TASK_ELEMENTS = 1 << 16;
  private static final long ENOUGH_TASKS = 64;
  private static final long MOST_BLOCKS = 256;
  private static final long SMALLEST_BLOCK = 32;

  /// One dimension of the walk.
  ///
  /// @param strides one per operand; the output's counts in kept dimensions only
  private record Dim(long size, long[] strides) {

    /// This dimension with the next nearer one, which it must walk in whole rows of.
    Dim join(Dim near) {
      return new Dim(size * near.size, near.strides);
    }

    boolean joins(Dim near, int operands) {
      for (int o = 0; o < operands; o++) {
        if (strides[o] != near.strides[o] * near.size) {
          return false;
        }
      }
      return true;
    }

    long distance(int operand) {
      return Math.abs(strides[operand]);
    }
  }

  private final List<Dim> outer = new ArrayList<>();
  private final List<Dim> folded = new ArrayList<>();
  private final List<Dim> inner = new ArrayList<>();
  private final List<Dim> walk;
  private final List<Dim> kept;
  private final int operands;
  private final long outerBlock;
  private final long foldedBlock;
  private final long innerBlock;

  /// @param keepOrder whether the program counts elements, so that their order is part of its value
  FoldPlan(long[] shape, int foldedDims, Operand[] operands, int tile, boolean keepOrder) {
    this.operands = operands.length;
    int keptRank = shape.length - foldedDims;
    List<Dim> keptDims = dims(shape, 0, keptRank, operands, operands.length);
    folded.addAll(dims(shape, keptRank, shape.length, operands, operands.length - 1));
    if (keepOrder || operands.length == 1) {
      outer.addAll(keptDims);
    } else {
      arrange(keptDims, leading(shape, operands));
    }
    join(outer, operands.length);
    join(folded, operands.length - 1);
    join(inner, operands.length);
    kept = orOne(concat(outer, inner));
    walk = orOne(concat(outer, concat(folded, inner)));
    innerBlock = inner() <= tile ? inner() : chooseInnerBlock(tile);
    outerBlock = Math.max(1, TASK_ELEMENTS / Math.max(1, folded() * innerBlock));
    foldedBlock = chooseFoldedBlock();
  }

  private static List<Dim> dims(
      long[] shape, int from, int to, Operand[] operands, int strided) {
    List<Dim> dims = new ArrayList<>();
    for (int d = from; d < to; d++) {
      if (shape[d] != 1) {
        long[] strides = new long[operands.length];
        for (int o = 0; o < strided; o++) {
          strides[o] = operands[o].stride(d);
        }
        dims.add(new Dim(shape[d], strides));
      }
    }
    return dims;
  }

  /// The input that moves in the most dimensions: its memory is the most to read.
  private static int leading(long[] shape, Operand[] operands) {
    int leading = 0;
    int most = -1;
    for (int o = 0; o < operands.length - 1; o++) {
      int moving = 0;
      for (int d = 0; d < shape.length; d++) {
        moving += shape[d] != 1 && operands[o].stride(d) != 0 ? 1 : 0;
      }
      if (moving > most) {
        most = moving;
        leading = o;
      }
    }
    return leading;
  }

  private void arrange(List<Dim> kept, int leading) {
    long nearest = Long.MAX_VALUE;
    for (Dim dim : folded) {
      nearest = dim.distance(leading) == 0 ? nearest : Math.min(nearest, dim.distance(leading));
    }
    for (Dim dim : kept) {
      long distance = dim.distance(leading);
      (distance != 0 && distance < nearest ? inner : outer).add(dim);
    }
    sort(outer, leading);
    sort(folded, leading);
    sort(inner, leading);
  }

  private static List<Dim> concat(List<Dim> far, List<Dim> near) {
    if (far.isEmpty() || near.isEmpty()) {
      return near.isEmpty() ? far : near;
    }
    List<Dim> dims = new ArrayList<>(far);
    dims.addAll(near);
    return dims;
  }

  private static void sort(List<Dim> dims, int leading) {
    if (dims.size() > 1) {
      dims.sort(Comparator.comparingLong((Dim dim) -> -dim.distance(leading)));
    }
  }

  private static void join(List<Dim> dims, int operands) {
    for (int i = dims.size() - 2; i >= 0; i--) {
      if (dims.get(i).joins(dims.get(i + 1), operands)) {
        dims.set(i, dims.get(i).join(dims.remove(i + 1)));
      }
    }
  }

  private long chooseInnerBlock(int tile) {
    return Math.max(1, TASK_ELEMENTS / tile / Math.max(1, folded())) * tile;
  }

  private long chooseFoldedBlock() {
    long width = Math.min(inner(), innerBlock);
    long tasks = ceilDiv(outer(), outerBlock) * ceilDiv(inner(), innerBlock);
    if (tasks >= ENOUGH_TASKS || folded() * width <= 2 * TASK_ELEMENTS) {
      return Math.max(folded(), 1);
    }
    long block = Math.max(ceilDiv(TASK_ELEMENTS, width), ceilDiv(folded(), MOST_BLOCKS));
    return Math.max(block, SMALLEST_BLOCK);
  }

  private static long ceilDiv(long n, long d) {
    return (n + d - 1) / d;
  }

  private static long size(List<Dim> dims) {
    long size = 1;
    for (Dim dim : dims) {
      size *= dim.size();
    }
    return size;
  }

  long outer() {
    return size(outer);
  }

  long folded() {
    return size(folded);
  }

  long inner() {
    return size(inner);
  }

  /// Blocks that the folded group is cut into, 1 or more.
  long foldedBlocks() {
    return Math.max(1, ceilDiv(folded(), foldedBlock));
  }

  long tasks() {
    return foldedBlocks() * ceilDiv(outer(), outerBlock) * ceilDiv(inner(), innerBlock);
  }

  /// The sizes of one task.
  long outerBlock() {
    return outerBlock;
  }

  long foldedBlock() {
    return foldedBlock;
  }

  long innerBlock() {
    return innerBlock;
  }

  /// The sizes of the walk's dimensions.
  long[] shape() {
    return sizes(walk);
  }

  /// An operand as the walk moves it.
  Operand walking(Operand operand, int index) {
    return new Operand(operand.buffer(), operand.offset(), strides(walk, index));
  }

  /// The sizes of the results' dimensions, in the order in which they are made.
  long[] keptShape() {
    return sizes(kept);
  }

  long[] keptStrides() {
    return strides(kept, operands - 1);
  }

  /// C expects a dimension even of a single element.
  private List<Dim> orOne(List<Dim> dims) {
    return dims.isEmpty() ? List.of(new Dim(1, new long[operands])) : dims;
  }

  private static long[] sizes(List<Dim> dims) {
    long[] sizes = new long[dims.size()];
    for (int d = 0; d < sizes.length; d++) {
      sizes[d] = dims.get(d).size();
    }
    return sizes;
  }

  private static long[] strides(List<Dim> dims, int operand) {
    long[] strides = new long[dims.size()];
    for (int d = 0; d < strides.length; d++) {
      strides[d] = dims.get(d).strides()[operand];
    }
    return strides;
  }
}
