package dev.adjoint.backend.cpu;

import dev.adjoint.spi.Operand;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The order in which a fold walks its space, and the tasks that the walk is cut into.
///
/// The space becomes `[outer][folded][inner]`: kept dimensions that lie closer together in the
/// leading input than any folded one go inside, so that memory is read as it lies and results stand
/// side by side in vectors. Each group is sorted from far to near, and neighbours that all operands
/// walk as one are joined. Tasks follow from the shape alone; where there are too few results to
/// share out, the folded group is cut into blocks, whose partial results are folded at the end.
final class FoldPlan {
  /// Plans by what they are for: a step folds the same shapes again and again. A race loses a plan.
  private static final FoldPlan[] KNOWN = new FoldPlan[256];

  private static final long TASK_ELEMENTS = 1 << 16;
  private static final long SMALLEST_TASK = 1 << 13;
  private static final long ENOUGH_TASKS = 64;
  private static final long MOST_BLOCKS = 256;
  private static final long SMALLEST_BLOCK = 32;

  private final long[] key;
  private final List<Dim> outer = new ArrayList<>();
  private final List<Dim> folded;
  private final List<Dim> inner = new ArrayList<>();
  private final long[] shape;
  private final long[] keptShape;
  private final long[][] walking;
  private final long[] keptStrides;
  private final long outerSize;
  private final long foldedSize;
  private final long innerSize;
  private final long outerBlock;
  private final long foldedBlock;
  private final long innerBlock;

  /// @param operands inputs and what is stored, then the output
  /// @param inputs how many inputs there are, which decide on the order
  /// @param keepOrder whether the program counts elements, so that their order is part of its value
  static FoldPlan of(
      long[] shape, int foldedDims, Operand[] operands, int inputs, int tile, boolean keepOrder) {
    int deciding = keepOrder ? 0 : inputs;
    long[] key = key(shape, foldedDims, operands, deciding, tile);
    int slot = Arrays.hashCode(key) & (KNOWN.length - 1);
    FoldPlan known = KNOWN[slot];
    if (known != null && Arrays.equals(known.key, key)) {
      return known;
    }
    FoldPlan plan = new FoldPlan(key, shape, foldedDims, operands, deciding, tile);
    KNOWN[slot] = plan;
    return plan;
  }

  /// All that a plan depends on.
  private static long[] key(
      long[] shape, int foldedDims, Operand[] operands, int deciding, int tile) {
    int rank = shape.length;
    long[] key = new long[3 + rank * (operands.length + 1) - foldedDims];
    key[0] = foldedDims;
    key[1] = tile;
    key[2] = deciding;
    System.arraycopy(shape, 0, key, 3, rank);
    int at = 3 + rank;
    for (int o = 0; o < operands.length; o++) {
      int strided = o < operands.length - 1 ? rank : rank - foldedDims;
      for (int d = 0; d < strided; d++) {
        key[at++] = operands[o].stride(d);
      }
    }
    return key;
  }

  private FoldPlan(
      long[] key, long[] shape, int foldedDims, Operand[] operands, int deciding, int tile) {
    this.key = key;
    int keptDims = shape.length - foldedDims;
    int walked = operands.length - 1;
    folded = Dim.of(shape, keptDims, shape.length, operands, walked);
    arrange(Dim.of(shape, 0, keptDims, operands, operands.length), deciding);
    Dim.join(outer, operands.length);
    Dim.join(folded, walked);
    Dim.join(inner, operands.length);
    List<Dim> kept = orOne(concat(outer, inner), operands.length);
    List<Dim> walk = orOne(concat(outer, concat(folded, inner)), operands.length);
    this.shape = Dim.sizes(walk);
    this.keptShape = Dim.sizes(kept);
    this.keptStrides = Dim.strides(kept, walked);
    this.walking = new long[walked][];
    for (int i = 0; i < walked; i++) {
      walking[i] = Dim.strides(walk, i);
    }
    outerSize = Dim.elements(outer);
    foldedSize = Dim.elements(folded);
    innerSize = Dim.elements(inner);
    innerBlock = innerSize <= tile ? innerSize : chooseInnerBlock(tile);
    outerBlock = Math.max(1, TASK_ELEMENTS / Math.max(1, foldedSize * innerBlock));
    foldedBlock = chooseFoldedBlock();
  }

  /// @param inputs how many inputs may decide on the order
  private void arrange(List<Dim> keptDims, int inputs) {
    if (inputs == 0) {
      outer.addAll(keptDims);
      return;
    }
    int leading = leading(keptDims, inputs);
    long nearest = Long.MAX_VALUE;
    for (Dim dim : folded) {
      nearest = dim.distance(leading) == 0 ? nearest : Math.min(nearest, dim.distance(leading));
    }
    for (Dim dim : keptDims) {
      long distance = dim.distance(leading);
      (distance != 0 && distance < nearest ? inner : outer).add(dim);
    }
    Dim.sortFarFirst(outer, leading);
    Dim.sortFarFirst(folded, leading);
    Dim.sortFarFirst(inner, leading);
  }

  /// The input that moves in the most dimensions: its memory is the most to read.
  private int leading(List<Dim> keptDims, int inputs) {
    int leading = 0;
    int most = -1;
    for (int o = 0; o < inputs; o++) {
      int moving = 0;
      for (Dim dim : concat(keptDims, folded)) {
        moving += dim.distance(o) == 0 ? 0 : 1;
      }
      if (moving > most) {
        most = moving;
        leading = o;
      }
    }
    return leading;
  }

  private long chooseInnerBlock(int tile) {
    return Math.max(1, TASK_ELEMENTS / tile / Math.max(1, folded())) * tile;
  }

  private long chooseFoldedBlock() {
    long width = Math.min(inner(), innerBlock);
    long tasks = Math.ceilDiv(outer(), outerBlock) * Math.ceilDiv(inner(), innerBlock);
    long wanted = outer() * folded() * inner() / ENOUGH_TASKS;
    long elements = Math.clamp(wanted, SMALLEST_TASK, TASK_ELEMENTS);
    if (tasks >= ENOUGH_TASKS || folded() * width <= 2 * elements) {
      return Math.max(folded(), 1);
    }
    long block = Math.max(elements / width, Math.ceilDiv(folded(), MOST_BLOCKS));
    return Math.max(block, SMALLEST_BLOCK);
  }

  private static List<Dim> concat(List<Dim> far, List<Dim> near) {
    if (far.isEmpty() || near.isEmpty()) {
      return near.isEmpty() ? far : near;
    }
    List<Dim> dims = new ArrayList<>(far);
    dims.addAll(near);
    return dims;
  }

  /// C expects a dimension even of a single element.
  private static List<Dim> orOne(List<Dim> dims, int operands) {
    return dims.isEmpty() ? List.of(new Dim(1, new long[operands])) : dims;
  }

  long outer() {
    return outerSize;
  }

  long folded() {
    return foldedSize;
  }

  long inner() {
    return innerSize;
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

  /// Blocks that the folded group is cut into, 1 or more.
  long foldedBlocks() {
    return Math.max(1, Math.ceilDiv(folded(), foldedBlock));
  }

  long tasks() {
    return foldedBlocks() * Math.ceilDiv(outer(), outerBlock) * Math.ceilDiv(inner(), innerBlock);
  }

  /// The sizes of the walk's dimensions.
  long[] shape() {
    return shape;
  }

  /// An input, or what is stored, as the walk moves it.
  Operand walking(Operand operand, int index) {
    return new Operand(operand.buffer(), operand.offset(), walking[index]);
  }

  /// The sizes of the results' dimensions, in the order in which they are made.
  long[] keptShape() {
    return keptShape;
  }

  long[] keptStrides() {
    return keptStrides;
  }
}
