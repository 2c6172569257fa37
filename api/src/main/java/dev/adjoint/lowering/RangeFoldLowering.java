package dev.adjoint.lowering;

import dev.adjoint.lowering.FoldLowering.Stage;
import dev.adjoint.spi.Buffer;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;
import dev.adjoint.spi.Program;
import dev.adjoint.spi.Reducer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongFunction;

/// Folds on a CPU. A lane is a group; it folds one result after another, or [RangeFoldText#COLUMNS] at a
/// time where those lie closer together than what each is made of. Blocks are as in [FoldGrid], and
/// results follow from the shape alone.
final class RangeFoldLowering {
  private static final long SHORT = 1 << 16;
  private static final long ENOUGH_GROUPS = 256;

  /// A block of fewer elements is not worth a group.
  private static final long BLOCK = 1 << 12;

  /// Everything that the text of a kernel depends on.
  ///
  /// @param columns whether a lane folds results side by side
  /// @param walks the walk of each input and of what is stored
  /// @param steps where they are known: each walk's along the dimension that the inner loop is of
  record Structure(
      Stage stage,
      Reducer reducer,
      Program program,
      boolean narrow,
      boolean columns,
      int keptRank,
      int foldedRank,
      String walks,
      String steps) {

    String name() {
      return Text.name("fold", this.toString());
    }
  }

  /// Which lane folds what; see [FoldGrid].
  private record Grid(long kept, long folded, boolean keptFirst, long blocks, long block) {
    static Grid of(Launch.Fold launch) {
      int keptDims = launch.shape().length - launch.folded();
      long kept = Geometry.elements(Arrays.copyOf(launch.shape(), keptDims));
      long folded =
          Geometry.elements(Arrays.copyOfRange(launch.shape(), keptDims, launch.shape().length));
      boolean keptFirst = kept > 1 && FoldGrid.keptLiesCloser(launch, keptDims);
      Grid whole = new Grid(kept, folded, keptFirst, 1, Math.max(1, folded));
      long groups = whole.groups();
      long work = folded * whole.columns();
      if (groups >= ENOUGH_GROUPS || work < 2 * BLOCK) {
        return whole;
      }
      long blocks = Math.min(Math.min(2 * ENOUGH_GROUPS / groups, work / BLOCK), folded);
      long block = Math.ceilDiv(folded, blocks);
      return new Grid(kept, folded, keptFirst, Math.ceilDiv(folded, block), block);
    }

    /// That folds the blocks' results: `[blocks][kept]`, as it lies in memory.
    Grid join() {
      return new Grid(kept, blocks, kept > 1, 1, blocks);
    }

    long columns() {
      return keptFirst ? Math.min(kept, RangeFoldText.COLUMNS) : 1;
    }

    long groups() {
      return Math.ceilDiv(kept, Math.max(1, columns())) * blocks;
    }
  }

  private final Map<Structure, KernelSource> sources = new ConcurrentHashMap<>();
  private final Limits limits;

  RangeFoldLowering(Limits limits) {
    this.limits = limits;
  }

  List<KernelLaunch> lower(Launch.Fold launch, LongFunction<Buffer> scratch) {
    Grid grid = Grid.of(launch);
    Operand[] operands = launch.operands();
    Buffer output = operands[operands.length - 1].buffer();
    if (grid.blocks() == 1) {
      return List.of(launch(Stage.WHOLE, launch, grid, output));
    }
    Buffer partials = scratch.apply(grid.blocks() * grid.kept() * FoldLowering.ACCUMULATOR_BYTES);
    return List.of(
        launch(Stage.BLOCKS, launch, grid, partials), join(launch, grid.join(), partials, output));
  }

  private KernelLaunch launch(Stage stage, Launch.Fold launch, Grid grid, Buffer target) {
    Operand[] operands = launch.operands();
    Operand[] walked = Arrays.copyOf(operands, operands.length - 1);
    boolean shortWork = grid.kept() * grid.folded() < SHORT;
    int keptRank = Geometry.rankFor(launch.shape().length - launch.folded(), shortWork);
    int foldedRank = Geometry.rankFor(launch.folded(), shortWork);
    FoldSpace space = new FoldSpace(launch, walked, keptRank, foldedRank);
    StringBuilder walks = new StringBuilder();
    for (int i = 0; i < walked.length; i++) {
      walks.append((char) ('0' + space.walk(i)));
    }
    int inner = grid.keptFirst() ? keptRank - 1 : keptRank + foldedRank - 1;
    Structure structure =
        new Structure(
            stage,
            launch.reducer(),
            launch.program(),
            space.isNarrow(),
            grid.keptFirst(),
            keptRank,
            foldedRank,
            walks.toString(),
            shortWork ? "" : space.steps(inner));
    Words words = new Words(limits, launch);
    words.put(launch.scalars());
    for (Operand operand : walked) {
      words.put(operand.offset());
    }
    putGrid(words, grid);
    space.putKept(words);
    space.putFolded(words);
    if (stage == Stage.WHOLE) {
      space.putOutput(words);
    }
    Buffer[] buffers = ElementwiseLowering.buffers(operands);
    buffers[operands.length - 1] = target;
    return kernel(structure, buffers, words, grid);
  }

  private KernelLaunch join(Launch.Fold launch, Grid grid, Buffer partials, Buffer output) {
    int keptRank = Geometry.rankFor(launch.shape().length - launch.folded(), true);
    FoldSpace space = new FoldSpace(launch, new Operand[0], keptRank, launch.folded());
    Structure structure =
        new Structure(
            Stage.JOIN,
            launch.reducer(),
            FoldLowering.itself(launch.type()),
            space.isNarrow(),
            grid.keptFirst(),
            keptRank,
            1,
            "0",
            "");
    Words words = new Words(limits, launch);
    words.put(0); // the partial results lie at their buffer's start
    putGrid(words, grid);
    space.putKept(words);
    space.putOutput(words);
    return kernel(structure, new Buffer[] {partials, output}, words, grid);
  }

  private static void putGrid(Words words, Grid grid) {
    words.put(grid.kept());
    words.put(grid.folded());
    words.put(grid.columns());
    words.put(grid.blocks());
    words.put(grid.block());
  }

  private KernelLaunch kernel(Structure structure, Buffer[] buffers, Words words, Grid grid) {
    KernelSource source =
        sources.computeIfAbsent(
            structure,
            s ->
                new KernelSource(
                    s.name(),
                    () -> KernelFiles.rows(Text.types(s.program())),
                    () -> new RangeFoldText(s).entry(s.name())));
    long work = grid.groups() * grid.block() * grid.columns();
    long most = Math.min(Lowering.mostGroups(limits), Math.ceilDiv(work, BLOCK));
    return new KernelLaunch(
        source, buffers, words.toArray(), Math.clamp(grid.groups(), 1, Math.max(1, most)), 1);
  }
}
