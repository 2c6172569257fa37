package dev.adjoint.lowering;

import dev.adjoint.spi.Buffer;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;
import dev.adjoint.spi.Program;
import dev.adjoint.spi.Reducer;
import dev.adjoint.type.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongFunction;

/// Folds: one kernel, or one that folds blocks and one that folds what they left.
final class FoldLowering {
  static final long ACCUMULATOR_BYTES = 8;
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
  /// @param walks the walk of each input and of what is stored
  /// @param pack of its grid
  /// @param together for each of these, 1 where its packs lie together, so that they are read at once
  record Structure(
      Stage stage,
      Reducer reducer,
      Program program,
      boolean narrow,
      int keptRank,
      int foldedRank,
      String walks,
      int pack,
      String together) {

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
    return lower(launch, scratch, false);
  }

  /// As [#lower], but by kernels of [#catalogue].
  ///
  /// @param launch of a program that is one input, whose kept and folded dimensions are 1 each, or
  ///     up to 4 each and all distances fit 32 bits
  List<KernelLaunch> lowerPlainly(Launch.Fold launch, LongFunction<Buffer> scratch) {
    return lower(launch, scratch, true);
  }

  private List<KernelLaunch> lower(
      Launch.Fold launch, LongFunction<Buffer> scratch, boolean plainly) {
    FoldGrid grid = FoldGrid.of(launch, limits.lanes());
    Operand[] operands = launch.operands();
    Buffer output = operands[operands.length - 1].buffer();
    if (grid.blocks() == 1) {
      return List.of(launch(Stage.WHOLE, launch, grid, output, plainly));
    }
    Buffer partials = scratch.apply(partialBytes(grid));
    return List.of(
        launch(Stage.BLOCKS, launch, grid, partials, plainly),
        join(launch, grid, partials, output));
  }

  static long partialBytes(FoldGrid grid) {
    return grid.blocks() * grid.kept() * ACCUMULATOR_BYTES;
  }

  private KernelLaunch launch(
      Stage stage, Launch.Fold launch, FoldGrid grid, Buffer target, boolean plainly) {
    Operand[] operands = launch.operands();
    Operand[] walked = Arrays.copyOf(operands, operands.length - 1);
    FoldSpace space = space(launch, grid, walked, plainly);
    char[] walks = new char[walked.length];
    StringBuilder together = new StringBuilder();
    for (int i = 0; i < walks.length; i++) {
      walks[i] = (char) ('0' + space.walk(i));
      together.append(grid.pack() > 1 && space.isPacked(walked[i]) ? 1 : 0);
    }
    Structure structure =
        new Structure(
            stage,
            launch.reducer(),
            launch.program(),
            space.isNarrow(),
            space.keptRank(),
            space.foldedRank(),
            new String(walks),
            grid.pack(),
            together.toString());
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
    Buffer[] buffers = Arrays.copyOf(ElementwiseLowering.buffers(operands), operands.length);
    buffers[operands.length - 1] = target;
    return kernel(structure, buffers, words, grid);
  }

  /// A short launch waits for its start: one kernel serves all of up to 4 kept dimensions. So it is for
  /// the catalogue, which has no kernel of its own for packs that lie apart in one row.
  private static FoldSpace space(
      Launch.Fold launch, FoldGrid grid, Operand[] walked, boolean plainly) {
    int keptDims = launch.shape().length - launch.folded();
    boolean shortWork =
        grid.kept() * grid.folded() < SHORT || plainly && (keptDims > 1 || launch.folded() > 1);
    int keptRank = Geometry.rankFor(keptDims, shortWork);
    int foldedRank = launch.folded() <= 1 ? 1 : Geometry.rankFor(launch.folded(), shortWork);
    FoldSpace space = new FoldSpace(launch, walked, keptRank, foldedRank);
    boolean apart = plainly && grid.pack() > 1 && space.isNarrow() && !space.isPacked(walked[0]);
    return apart ? new FoldSpace(launch, walked, 4, foldedRank) : space;
  }

  private KernelLaunch join(Launch.Fold launch, FoldGrid blocks, Buffer partials, Buffer output) {
    FoldGrid grid = blocks.join(limits.lanes());
    int keptRank = Geometry.rankFor(launch.shape().length - launch.folded(), true);
    FoldSpace space = new FoldSpace(launch, new Operand[0], keptRank, launch.folded());
    Structure structure =
        new Structure(
            Stage.JOIN,
            launch.reducer(),
            itself(launch.type()),
            space.isNarrow(),
            keptRank,
            1,
            "0",
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
    KernelSource source = source(structure);
    long groups = Math.clamp(grid.groups(), 1, Lowering.mostGroups(limits));
    return new KernelLaunch(source, buffers, words.toArray(), groups, limits.lanes());
  }

  private KernelSource source(Structure structure) {
    return sources.computeIfAbsent(
        structure,
        s ->
            new KernelSource(
                s.name(),
                () -> KernelFiles.rows(Text.types(s.program())),
                () -> new FoldText(s).entry(s.name())));
  }

  /// The program whose value is its input.
  static Program itself(DType type) {
    return Program.of(List.of(type), List.of(), List.of(), List.of(0));
  }

  /// The kernels that fold tensors of a type.
  List<KernelSource> catalogue(Reducer reducer, DType type) {
    Program itself = itself(type);
    List<KernelSource> kernels = new ArrayList<>();
    for (Stage stage : List.of(Stage.WHOLE, Stage.BLOCKS)) {
      for (int pack : new int[] {1, ElementwiseLowering.PACK}) {
        kernels.add(source(new Structure(stage, reducer, itself, true, 4, 4, "0", pack, "0")));
        kernels.add(source(new Structure(stage, reducer, itself, true, 4, 1, "0", pack, "0")));
        String together = pack == 1 ? "0" : "1";
        kernels.add(source(new Structure(stage, reducer, itself, true, 1, 1, "0", pack, together)));
        kernels.add(source(new Structure(stage, reducer, itself, false, 1, 1, "0", pack, "0")));
      }
      for (boolean narrow : new boolean[] {true, false}) {
        int rank = narrow ? 4 : 1;
        kernels.add(
            source(
                new Structure(
                    stage, reducer, itself, narrow, rank, 1, "0", ElementwiseLowering.PACK, "1")));
      }
    }
    for (boolean narrow : new boolean[] {true, false}) {
      kernels.add(source(new Structure(Stage.JOIN, reducer, itself, narrow, 4, 1, "0", 1, "0")));
    }
    return kernels;
  }
}
