package dev.adjoint.lowering;

import dev.adjoint.spi.Operand;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The iteration space of a launch with the distinct ways in which its operands walk it: operands
/// that walk alike share an index, and the numbers that it is computed from.
final class Geometry {
  private static final long NARROW = Integer.MAX_VALUE;

  final long[] shape;

  /// The walk of each operand, a number into [#strides].
  final int[] walk;

  /// Strides by walk, over the shape.
  final List<long[]> strides = new ArrayList<>();

  private Geometry(long[] shape, int operands) {
    this.shape = shape;
    this.walk = new int[operands];
  }

  /// @param operands that have a stride for each dimension of the shape
  /// @param rank at least as many dimensions as the shape has; missing ones go in front
  /// @param shares whether operands that walk alike share a walk
  static Geometry of(long[] shape, Operand[] operands, int rank, boolean shares) {
    int front = rank - shape.length;
    long[] sizes = new long[rank];
    Arrays.fill(sizes, 1);
    System.arraycopy(shape, 0, sizes, front, shape.length);
    Geometry geometry = new Geometry(sizes, operands.length);
    for (int o = 0; o < operands.length; o++) {
      long[] steps = new long[rank];
      for (int d = 0; d < shape.length; d++) {
        steps[front + d] = operands[o].stride(d);
      }
      geometry.walk[o] = geometry.number(steps, shares);
    }
    return geometry;
  }

  private int number(long[] steps, boolean shares) {
    for (int w = 0; shares && w < strides.size(); w++) {
      if (Arrays.equals(strides.get(w), steps)) {
        return w;
      }
    }
    strides.add(steps);
    return strides.size() - 1;
  }

  /// The strides of a contiguous tensor.
  static long[] rowMajor(long[] shape) {
    long[] strides = new long[shape.length];
    long step = 1;
    for (int d = shape.length - 1; d >= 0; d--) {
      strides[d] = step;
      step *= shape[d];
    }
    return strides;
  }

  static boolean isRowMajor(Operand operand, long[] shape) {
    long[] strides = rowMajor(shape);
    for (int d = 0; d < shape.length; d++) {
      if (shape[d] > 1 && operand.stride(d) != strides[d]) {
        return false;
      }
    }
    return true;
  }

  static long elements(long[] shape) {
    long elements = 1;
    for (long size : shape) {
      elements *= size;
    }
    return elements;
  }

  /// Each walk's step along a dimension: 0, 1, or n for any other.
  String steps(int dim) {
    StringBuilder steps = new StringBuilder();
    for (long[] walk : strides) {
      steps.append(walk[dim] == 0 ? '0' : walk[dim] == 1 ? '1' : 'n');
    }
    return steps.toString();
  }

  /// Whether every index and every distance fits 32 bits.
  boolean isNarrow() {
    if (elements(shape) > NARROW) {
      return false;
    }
    for (long[] steps : strides) {
      long reach = 0;
      for (int d = 0; d < shape.length; d++) {
        reach += Math.abs(steps[d]) * Math.max(shape[d] - 1, 0);
      }
      if (reach > NARROW) {
        return false;
      }
    }
    return true;
  }

  /// Whether there is one dimension, in which each operand is dense or repeats one element.
  boolean isDense() {
    return shape.length == 1 && strides.stream().allMatch(s -> s[0] == 1 || s[0] == 0);
  }

  /// The rank that kernels are made for. A short launch waits for its start, not for its indices:
  /// one kernel serves all of up to 4 dimensions, and no compiler is waited for again.
  static int rankFor(int rank, boolean shortWork) {
    return rank > 4 ? rank : rank > 2 || shortWork ? 4 : Math.max(rank, 1);
  }
}
