package dev.adjoint.backend.cpu;

import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;

/// Runs programs element by element: whole tiles go to whichever thread is free.
final class ElementwiseLauncher {
  /// Passes over elements that one thread makes in less time than it takes to wake another.
  private static final long SHORT_WORK = 1 << 16;

  /// Passes so few that the collector does not mind waiting for them.
  private static final long CRITICAL_WORK = 1 << 14;

  private final WorkerPool pool;

  ElementwiseLauncher(WorkerPool pool) {
    this.pool = pool;
  }

  void launch(Launch.Elementwise launch) {
    EncodedProgram program = EncodedProgram.of(launch.program());
    long elements = elements(launch.shape());
    if (!program.countsElements() && Blocking.pays(launch, elements)) {
      for (Launch.Elementwise part : Blocking.split(launch)) {
        run(part, program, elements(part.shape()));
      }
    } else {
      run(launch, program, elements);
    }
  }

  private void run(Launch.Elementwise launch, EncodedProgram program, long elements) {
    Operand[] operands = launch.operands();
    long[] shape = launch.shape();
    int words = LaunchBlock.words(shape.length, operands.length, launch.scalars().length);
    Words strip = Words.take(words);
    long block =
        LaunchBlock.write(strip, program, shape, operands, operands.length, launch.scalars());
    long work = elements * program.cost();
    if (work <= CRITICAL_WORK) {
      NativeKernels.shortElementwise(block, 0, elements);
    } else if (work <= SHORT_WORK) {
      NativeKernels.elementwise(block, 0, elements);
    } else {
      share(program, block, elements);
    }
    strip.giveBack();
  }

  private static long elements(long[] shape) {
    long elements = 1;
    for (long size : shape) {
      elements *= size;
    }
    return elements;
  }

  private void share(EncodedProgram program, long block, long elements) {
    long tile = program.tile();
    long tiles = (elements + tile - 1) / tile;
    long grain = Math.max(1, SHORT_WORK / 2 / tile / program.cost());
    pool.run(
        tiles,
        grain,
        (first, last) ->
            NativeKernels.elementwise(block, first * tile, Math.min(last * tile, elements)));
  }
}
