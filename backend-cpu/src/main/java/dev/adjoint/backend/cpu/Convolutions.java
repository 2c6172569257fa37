package dev.adjoint.backend.cpu;

import static java.util.Objects.requireNonNull;

import dev.adjoint.spi.Kernel;
import dev.adjoint.spi.Launch;

/// Answers the kernels of convolutions by a BLAS, for floating types: each thread lays out columns in
/// its own cache and multiplies them there.
///
/// | kernel | operands |
/// |---|---|
/// | `convolution` | images, weight, result |
/// | `convolution_input` | gradient, weight, images |
/// | `convolution_weight` | images, gradient, sums |
///
/// Sizes are those of `native-kernels/structured/windows.h`, then {images, groups, channels of the
/// result in a group, channels in a group, sums}.
final class Convolutions {
  private final WorkerPool pool;

  Convolutions(WorkerPool pool) {
    this.pool = pool;
  }

  static boolean supports(Kernel kernel) {
    return kernel.name().startsWith("convolution") && Blas.multiplies(kernel.type());
  }

  void launch(Launch.Call call) {
    Convolution convolution = new Convolution(requireNonNull(Blas.get()), call);
    switch (call.kernel().name()) {
      case "convolution" -> forward(convolution);
      case "convolution_input" -> ofInput(convolution);
      case "convolution_weight" -> ofWeight(convolution);
      default -> throw new IllegalArgumentException(call.kernel().name());
    }
  }

  private void forward(Convolution c) {
    Blocks rows = Blocks.ofRows(c, c.depth());
    shareGroups(c, rows, rows.size() * c.width() * c.depth(), c::forward);
  }

  private void ofInput(Convolution c) {
    Blocks channels = Blocks.ofChannels(c, Blocks.CACHED / (c.window() * c.count()));
    shareGroups(c, channels, channels.size() * c.window() * c.count(), c::ofInput);
  }

  /// Work on a block of one group of one image.
  private interface Piece {
    void run(long group, long first, long end, Scratch scratch);
  }

  private void shareGroups(Convolution c, Blocks blocks, long columns, Piece piece) {
    long perGroup = blocks.count();
    share(
        c.images * c.groups * perGroup,
        c.bytes(columns),
        (task, scratch) -> {
          long first = blocks.first(task % perGroup);
          piece.run(task / perGroup, first, blocks.end(first), scratch);
        });
  }

  private void ofWeight(Convolution c) {
    Blocks channels = Blocks.ofChannels(c, Math.ceilDiv(Blocks.DEEP, c.window()));
    long depth = channels.size() * c.window();
    Blocks rows = Blocks.ofRows(c, depth);
    long perSum = c.groups * channels.count();
    share(
        c.sums * perSum,
        c.bytes(rows.size() * c.width() * depth),
        (task, scratch) -> {
          long group = task % perSum / channels.count();
          long first = channels.first(task % channels.count());
          c.ofWeight(task / perSum, group, first, channels.end(first), rows, scratch);
        });
  }

  private interface Task {
    void run(long task, Scratch scratch);
  }

  private void share(long tasks, long scratchBytes, Task task) {
    pool.run(
        tasks,
        1,
        (first, last) -> {
          try (Scratch scratch = Scratch.take(scratchBytes)) {
            for (long t = first; t < last; t++) {
              task.run(t, scratch);
            }
          }
        });
  }

  /// Equal blocks of a dimension, but for the last; they depend on sizes alone.
  ///
  /// @param size of a block
  record Blocks(long size, long whole) {
    /// Elements of columns that stay in a processor's second-level cache.
    static final long CACHED = 1 << 17;

    /// Rows of columns that are enough for a product at full speed.
    static final long DEEP = 256;

    private static Blocks of(long whole, long most) {
      long count = Math.ceilDiv(whole, Math.clamp(most, 1, whole));
      return new Blocks(Math.ceilDiv(whole, count), whole);
    }

    /// Rows of the result whose columns, so deep, stay in the cache.
    static Blocks ofRows(Convolution c, long depth) {
      return of(c.height(), CACHED / (depth * c.width()));
    }

    static Blocks ofChannels(Convolution c, long most) {
      return of(c.channels, most);
    }

    long count() {
      return Math.ceilDiv(whole, size);
    }

    long first(long block) {
      return block * size;
    }

    long end(long first) {
      return Math.min(first + size, whole);
    }
  }
}
