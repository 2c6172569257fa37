package dev.adjoint.lowering;

import dev.adjoint.spi.Buffer;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;
import dev.adjoint.spi.Program;
import dev.adjoint.type.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongFunction;

/// Launches by kernels of the [Catalogue] alone, to the last bit what their own kernels compute:
/// rows round alike, and a fold keeps its grid.
final class StepLowering {
  /// Elements of a launch that go through all steps together: so much lies between them.
  static final long CHUNK = 1 << 24;

  private static final int MOST_DIMENSIONS = 4;
  private static final Buffer NOWHERE = () -> Long.MAX_VALUE;

  private final ElementwiseLowering elementwise;
  private final FoldLowering folds;
  private final int lanes;
  private final long chunk;

  /// @param chunk at most so many elements together
  StepLowering(ElementwiseLowering elementwise, FoldLowering folds, int lanes, long chunk) {
    this.elementwise = elementwise;
    this.folds = folds;
    this.lanes = lanes;
    this.chunk = chunk;
  }

  /// Called with no memory first, to learn how much it takes.
  private interface Plan {
    void make(Steps.Places places, List<KernelLaunch> launches);
  }

  private static List<KernelLaunch> plan(Plan plan, LongFunction<Buffer> scratch) {
    List<KernelLaunch> launches = new ArrayList<>();
    Steps.Places measure = new Steps.Places(NOWHERE, 0);
    plan.make(measure, launches);
    if (measure.bytes() > 0) {
      launches.clear();
      plan.make(new Steps.Places(scratch.apply(measure.bytes()), 0), launches);
    }
    return launches;
  }

  List<KernelLaunch> lower(Launch.Elementwise launch, LongFunction<Buffer> scratch) {
    return plan((places, launches) -> add(launch, places, launches), scratch);
  }

  List<KernelLaunch> lower(Launch.Fold launch, LongFunction<Buffer> scratch) {
    return plan((places, launches) -> add(launch, places, launches), scratch);
  }

  /// One chunk of neighbours in the iteration space after another.
  private void add(Launch.Elementwise launch, Steps.Places places, List<KernelLaunch> launches) {
    addChunks(launch, 0, 0, places, launches);
  }

  /// @param dim the first dimension that is not cut to one index yet
  /// @param first the linear index of the launch's first element
  private void addChunks(
      Launch.Elementwise launch,
      int dim,
      long first,
      Steps.Places places,
      List<KernelLaunch> launches) {
    long elements = Geometry.elements(launch.shape());
    if (elements <= chunk) {
      new Steps(launch, first, new Pieces(elementwise, launches), places).run();
      return;
    }
    long size = launch.shape()[dim];
    long inner = elements / size;
    long count = Math.max(1, chunk / inner);
    Steps.Places start = places.again();
    for (long i = 0; i < size; i += count) {
      Launch.Elementwise some = Pieces.range(launch, dim, i, Math.min(count, size - i));
      Steps.Places again = start.again();
      addChunks(some, dim + 1, first + i * inner, again, launches);
      places.reach(again);
    }
  }

  private void add(Launch.Fold launch, Steps.Places places, List<KernelLaunch> launches) {
    FoldGrid grid = FoldGrid.of(launch, lanes);
    long partials = grid.blocks() == 1 ? 0 : FoldLowering.partialBytes(grid);
    places.take(partials); // these lie at the start
    LongFunction<Buffer> start = bytes -> places.memory();
    if (isPlain(launch)) {
      launches.addAll(folds.lowerPlainly(launch, start));
      return;
    }
    Operand output = launch.operands()[launch.operands().length - 1];
    long[] kept = Arrays.copyOf(launch.shape(), launch.shape().length - launch.folded());
    DType type = launch.type();
    Operand result = Geometry.isRowMajor(output, kept) ? output : place(places, type, kept);
    Operand value = grid.folded() == 0 ? output : computed(launch, grid, places, launches);
    long[] steps = grid.keptFirst() ? new long[] {1, grid.kept()} : new long[] {grid.folded(), 1};
    Operand[] operands = {
      new Operand(value.buffer(), value.offset(), steps, value.owner()),
      new Operand(result.buffer(), result.offset(), new long[] {1}, result.owner())
    };
    long[] shape = {grid.kept(), grid.folded()};
    Program itself = FoldLowering.itself(type);
    Launch.Fold plain =
        new Launch.Fold(launch.op(), launch.reducer(), itself, shape, 1, operands, new long[0]);
    launches.addAll(folds.lowerPlainly(plain, start));
    if (result != output) {
      Operand[] copied = {result, output};
      add(new Launch.Elementwise(launch.op(), itself, kept, copied, new long[0]), places, launches);
    }
  }

  /// What is folded, for each element, in memory that is ordered so that its fold takes the same grid.
  private Operand computed(
      Launch.Fold launch, FoldGrid grid, Steps.Places places, List<KernelLaunch> launches) {
    Program program = launch.program();
    int keptDims = launch.shape().length - launch.folded();
    Operand value = place(places, launch.type(), launch.shape());
    long[] strides = Geometry.rowMajor(launch.shape());
    if (grid.keptFirst()) {
      for (int d = 0; d < keptDims; d++) {
        strides[d] /= grid.folded();
      }
      for (int d = keptDims; d < strides.length; d++) {
        strides[d] *= grid.kept();
      }
    }
    Operand[] operands = launch.operands().clone();
    operands[operands.length - 1] = new Operand(value.buffer(), value.offset(), strides);
    add(
        new Launch.Elementwise(launch.op(), program, launch.shape(), operands, launch.scalars()),
        places,
        launches);
    return value;
  }

  private static Operand place(Steps.Places places, DType type, long[] shape) {
    long at = places.take(Geometry.elements(shape) * type.bytes()) / type.bytes();
    return new Operand(places.memory(), at, Geometry.rowMajor(shape));
  }

  /// Whether the catalogue has a kernel for it as it is.
  private static boolean isPlain(Launch.Fold launch) {
    Program program = launch.program();
    Operand[] inputs = Arrays.copyOf(launch.operands(), launch.operands().length - 1);
    return program.instructions().isEmpty()
        && program.inputs().size() == 1
        && program.outputs().equals(List.of(0))
        && launch.folded() <= MOST_DIMENSIONS
        && launch.shape().length - launch.folded() <= MOST_DIMENSIONS
        && new FoldSpace(launch, inputs, MOST_DIMENSIONS, MOST_DIMENSIONS).isNarrow();
  }
}
