package dev.adjoint.lowering;

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

/// Folds: one kernel, or one that folds blocks and one that folds what they left.
final class FoldLowering {
  private static final long ACCUMULATOR_BYTES = 8;
  private static final long SHORT = 1 << 16;

  /// What a kernel of a fold reads and writes.
  enum Stage {
    /// The program's value, to results.
    WHOLE,
    /// The program's value, to an accumulator per block.
    BLOCKS,
    /// Accumulators, to results.
    JOIN
  }

  /// Everything that the text of a kernel depends on.
  ///
  /// @param walks the walk of each input
  record Structure(
      Stage stage,
      Reducer reducer,
      Program program,
      boolean narrow,
      int keptRank,
      int foldedRank,
      String walks) {

    String name() {
      return Text.name("fold", this.toString());
    }
  }

  private final Map<Structure, KernelSource> sources = new ConcurrentHashMap<>();
  private final Limits limits;

  FoldLowering(Limits limits) {
    this.limits = limits;
  }

  List<KernelLaunch> lower(Launch.Fold launch, LongFunction<Buffer> scratch) {
    FoldGrid grid = FoldGrid.of(launch, limits.lanes());
    Operand[] operands = launch.operands();
    Buffer output = operands[operands.length - 1].buffer();
    if (grid.blocks() == 1) {
      return List.of(launch(Stage.WHOLE, launch, grid, output));
    }
    Buffer partials = scratch.apply(grid.blocks() * grid.kept() * ACCUMULATOR_BYTES);
    return List.of(
        launch(Stage.BLOCKS, launch, grid, partials), join(launch, grid, partials, output));
  }

  private KernelLaunch launch(Stage stage, Launch.Fold launch, FoldGrid grid, Buffer target) {
    Operand[] operands = launch.operands();
    Operand[] inputs = Arrays.copyOf(operands, operands.length - 1);
    int keptDims = launch.shape().length - launch.folded();
    boolean shortWork = grid.kept() * grid.folded() < SHORT;
    int keptRank = Geometry.rankFor(keptDims, shortWork);
    int foldedRank = Geometry.rankFor(launch.folded(), shortWork);
    FoldSpace space = new FoldSpace(launch, inputs, keptRank, foldedRank);
    char[] walks = new char[inputs.length];
    for (int i = 0; i < walks.length; i++) {
      walks[i] = (char) ('0' + space.walk(i));
    }
    Structure structure =
        new Structure(
            stage,
            launch.reducer(),
            launch.program(),
            space.isNarrow(),
            keptRank,
            foldedRank,
            new String(walks));
    Words words = new Words(limits, launch);
    words.put(launch.scalars());
    for (Operand input : inputs) {
      words.put(input.offset());
    }
    putGrid(words, grid);
    space.putKept(words);
    space.putFolded(words);
    if (stage == Stage.WHOLE) {
      space.putOutput(words);
    }
    Buffer[] buffers = Arrays.copyOf(ElementwiseLowering.buffers(operands), operands.length);
    buffers[operands.length - 1] = target;
    return kernel(structure, buffers, words, grid);
  }

  private KernelLaunch join(Launch.Fold launch, FoldGrid blocks, Buffer partials, Buffer output) {
    FoldGrid grid = blocks.join(limits.lanes());
    int keptRank = Geometry.rankFor(launch.shape().length - launch.folded(), true);
    FoldSpace space = new FoldSpace(launch, new Operand[0], keptRank, launch.folded());
    Structure structure =
        new Structure(
            Stage.JOIN,
            launch.reducer(),
            Program.of(
                List.of(launch.program().typeOf(launch.program().outputs().getFirst())),
                List.of(),
                List.of(),
                List.of(0)),
            space.isNarrow(),
            keptRank,
            1,
            "0");
    Words words = new Words(limits, launch);
    words.put(0); // the partial results lie at their buffer's start
    putGrid(words, grid);
    space.putKept(words);
    space.putOutput(words);
    return kernel(structure, new Buffer[] {partials, output}, words, grid);
  }

  private static void putGrid(Words words, FoldGrid grid) {
    words.put(grid.kept());
    words.put(grid.folded());
    words.put(grid.columns());
    words.put(grid.keptFirst() ? 1 : 0);
    words.put(grid.blocks());
    words.put(grid.block());
  }

  private KernelLaunch kernel(Structure structure, Buffer[] buffers, Words words, FoldGrid grid) {
    KernelSource source =
        sources.computeIfAbsent(
            structure, s -> new KernelSource(s.name(), () -> new FoldText(s).source(s.name())));
    long groups = Math.clamp(grid.groups(), 1, Lowering.mostGroups(limits));
    return new KernelLaunch(source, buffers, words.toArray(), groups, limits.lanes());
  }
}
