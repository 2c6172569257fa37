package dev.adjoint.lowering;

import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;
import java.util.Arrays;
import java.util.List;

/// Elementwise launches of any shape by kernels for up to 4 dimensions and 32-bit distances: what
/// does not fit is cut into pieces that do.
final class Pieces {
  private static final int MOST_DIMENSIONS = 4;

  private final ElementwiseLowering elementwise;
  private final List<KernelLaunch> launches;

  /// @param launches where they go
  Pieces(ElementwiseLowering elementwise, List<KernelLaunch> launches) {
    this.elementwise = elementwise;
    this.launches = launches;
  }

  void add(Launch.Elementwise launch) {
    Launch.Elementwise joined = joined(launch);
    int rank = joined.shape().length;
    if (rank > MOST_DIMENSIONS) {
      int smallest = 0;
      for (int d = 1; d < rank; d++) {
        smallest = joined.shape()[d] < joined.shape()[smallest] ? d : smallest;
      }
      for (long i = 0; i < joined.shape()[smallest]; i++) {
        add(range(joined, smallest, i, 1));
      }
      return;
    }
    if (Geometry.of(joined.shape(), joined.operands(), rank, true).isNarrow()) {
      launches.add(elementwise.lowerPlainly(joined));
      return;
    }
    int farthest = farthest(joined);
    long half = joined.shape()[farthest] / 2;
    add(range(joined, farthest, 0, half));
    add(range(joined, farthest, half, joined.shape()[farthest] - half));
  }

  /// The dimension along which some operand reaches farthest.
  private static int farthest(Launch.Elementwise launch) {
    int farthest = 0;
    long most = -1;
    for (int d = 0; d < launch.shape().length; d++) {
      for (Operand operand : launch.operands()) {
        long reach = Math.max(1, Math.abs(operand.stride(d))) * (launch.shape()[d] - 1);
        if (reach > most) {
          most = reach;
          farthest = d;
        }
      }
    }
    return farthest;
  }

  /// Some neighbours along one dimension.
  static Launch.Elementwise range(Launch.Elementwise launch, int dim, long first, long count) {
    long[] shape = launch.shape().clone();
    shape[dim] = count;
    Operand[] operands = launch.operands().clone();
    for (int o = 0; o < operands.length; o++) {
      long[] strides = strides(operands[o], shape.length);
      long offset = operands[o].offset() + first * strides[dim];
      operands[o] = new Operand(operands[o].buffer(), offset, strides, operands[o].owner());
    }
    return new Launch.Elementwise(launch.op(), launch.program(), shape, operands, launch.scalars());
  }

  private static long[] strides(Operand operand, int rank) {
    long[] strides = new long[rank];
    Arrays.setAll(strides, operand::stride);
    return strides;
  }

  /// Without dimensions of size 1, and with those joined that all operands walk as one.
  private static Launch.Elementwise joined(Launch.Elementwise launch) {
    int most = launch.shape().length;
    Operand[] operands = launch.operands();
    long[] shape = new long[most];
    long[][] strides = new long[operands.length][most];
    int rank = 0;
    for (int d = 0; d < most; d++) {
      long size = launch.shape()[d];
      if (size == 1) {
        continue;
      }
      boolean joins = rank > 0;
      for (int o = 0; o < operands.length; o++) {
        joins = joins && strides[o][rank - 1] == operands[o].stride(d) * size;
      }
      rank += joins ? 0 : 1;
      shape[rank - 1] = joins ? shape[rank - 1] * size : size;
      for (int o = 0; o < operands.length; o++) {
        strides[o][rank - 1] = operands[o].stride(d);
      }
    }
    if (rank == 0) {
      shape[rank++] = 1;
    }
    Operand[] fewer = new Operand[operands.length];
    for (int o = 0; o < operands.length; o++) {
      Operand whole = operands[o];
      long[] steps = Arrays.copyOf(strides[o], rank);
      fewer[o] = new Operand(whole.buffer(), whole.offset(), steps, whole.owner());
    }
    return new Launch.Elementwise(
        launch.op(), launch.program(), Arrays.copyOf(shape, rank), fewer, launch.scalars());
  }
}
