package dev.adjoint.backend.cpu;

import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;
import dev.adjoint.type.DType;
import java.lang.foreign.Arena;

/// Runs folds: plans the walk, writes `struct fold` of `native-kernels/cpu/fold.c`, and hands tasks
/// to threads.
final class FoldLauncher {
  private static final long SHORT_WORK = 1 << 16;
  private static final long CRITICAL_WORK = 1 << 14;
  private static final int HEADER = 13;
  private static final int LARGEST_ACCUMULATOR = 8;

  private final WorkerPool pool;

  FoldLauncher(WorkerPool pool) {
    this.pool = pool;
  }

  void launch(Launch.Fold launch) {
    EncodedProgram encoded = EncodedProgram.of(launch.program());
    Operand[] operands = launch.operands();
    FoldPlan plan =
        FoldPlan.of(
            launch.shape(),
            launch.folded(),
            operands,
            launch.program().inputs().size(),
            encoded.tile(),
            encoded.countsElements());
    if (plan.foldedBlocks() == 1) {
      run(launch, encoded, plan, 0);
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      long partials = plan.foldedBlocks() * plan.outer() * plan.inner();
      run(launch, encoded, plan, arena.allocate(partials * LARGEST_ACCUMULATOR, 64).address());
    }
  }

  private void run(Launch.Fold launch, EncodedProgram encoded, FoldPlan plan, long partials) {
    int walked = launch.operands().length - 1;
    long[] shape = plan.shape();
    long[] kept = plan.keptShape();
    int words = LaunchBlock.words(shape.length, walked, launch.scalars().length);
    Words strip = Words.take(words + HEADER + 2 * kept.length);
    Operand[] walking = new Operand[walked];
    for (int i = 0; i < walked; i++) {
      walking[i] = plan.walking(launch.operands()[i], i);
    }
    long block = LaunchBlock.write(strip, encoded, shape, walking, walked, launch.scalars());
    long fold = writeFold(strip, launch, encoded, plan, block, partials);
    share(plan, encoded, fold);
    if (partials != 0) {
      NativeKernels.foldJoin(fold);
    }
    strip.giveBack();
  }

  private static long writeFold(
      Words strip,
      Launch.Fold launch,
      EncodedProgram encoded,
      FoldPlan plan,
      long block,
      long partials) {
    long[] kept = plan.keptShape();
    Operand output = launch.operands()[launch.operands().length - 1];
    long keptAt = strip.after(HEADER);
    DType type = launch.type();
    long fold = strip.here();
    strip.put(block);
    strip.put(encoded.reducer(launch.reducer(), type));
    strip.put(plan.outer());
    strip.put(plan.folded());
    strip.put(plan.inner());
    strip.put(plan.outerBlock());
    strip.put(plan.foldedBlock());
    strip.put(plan.innerBlock());
    strip.put(kept.length);
    strip.put(keptAt);
    strip.put(LaunchBlock.address(output, type));
    strip.put(keptAt + kept.length * 8L);
    strip.put(partials);
    strip.put(kept);
    strip.put(plan.keptStrides());
    return fold;
  }

  private void share(FoldPlan plan, EncodedProgram encoded, long fold) {
    long tasks = plan.tasks();
    long work = plan.outer() * plan.folded() * plan.inner() * encoded.cost();
    if (work <= CRITICAL_WORK) {
      NativeKernels.shortFold(fold, 0, tasks);
    } else if (work <= SHORT_WORK) {
      NativeKernels.fold(fold, 0, tasks);
    } else {
      pool.run(tasks, 1, (first, last) -> NativeKernels.fold(fold, first, last));
    }
  }
}
