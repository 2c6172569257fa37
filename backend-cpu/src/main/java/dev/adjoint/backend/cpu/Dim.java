package dev.adjoint.backend.cpu;

import dev.adjoint.spi.Operand;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// One dimension of a space and how each operand moves along it; dimensions in other orders, joined
/// or split, are another walk over the same elements.
///
/// @param strides one per operand, 0 for one that the dimension does not concern
@SuppressWarnings("ArrayRecordComponent") // never compared
record Dim(long size, long[] strides) {

  /// Dimensions `from` to `to` of a space, less those of one element.
  ///
  /// @param strided how many of the operands, the first ones, have strides for these dimensions
  static List<Dim> of(long[] shape, int from, int to, Operand[] operands, int strided) {
    List<Dim> dims = new ArrayList<>();
    for (int d = from; d < to; d++) {
      if (shape[d] != 1) {
        long[] strides = new long[operands.length];
        for (int o = 0; o < strided; o++) {
          strides[o] = operands[o].stride(d);
        }
        dims.add(new Dim(shape[d], strides));
      }
    }
    return dims;
  }

  /// Elements between neighbours along this dimension; 0 for one element that repeats.
  long distance(int operand) {
    return Math.abs(strides[operand]);
  }

  /// Puts what is far apart in an operand's memory first.
  static void sortFarFirst(List<Dim> dims, int operand) {
    if (dims.size() > 1) {
      dims.sort(Comparator.comparingLong((Dim dim) -> -dim.distance(operand)));
    }
  }

  /// Joins neighbours that the first `operands` operands walk as one.
  static void join(List<Dim> dims, int operands) {
    for (int i = dims.size() - 2; i >= 0; i--) {
      Dim near = dims.get(i + 1);
      if (dims.get(i).continues(near, operands)) {
        dims.set(i, new Dim(dims.get(i).size * near.size, near.strides));
        dims.remove(i + 1);
      }
    }
  }

  private boolean continues(Dim near, int operands) {
    for (int o = 0; o < operands; o++) {
      if (strides[o] != near.strides[o] * near.size) {
        return false;
      }
    }
    return true;
  }

  /// Some of this dimension's elements, `step` apart.
  Dim part(long count, long step) {
    long[] stepped = strides.clone();
    for (int o = 0; o < stepped.length; o++) {
      stepped[o] *= step;
    }
    return new Dim(count, stepped);
  }

  static long[] sizes(List<Dim> dims) {
    long[] sizes = new long[dims.size()];
    for (int d = 0; d < sizes.length; d++) {
      sizes[d] = dims.get(d).size;
    }
    return sizes;
  }

  static long[] strides(List<Dim> dims, int operand) {
    long[] strides = new long[dims.size()];
    for (int d = 0; d < strides.length; d++) {
      strides[d] = dims.get(d).strides[operand];
    }
    return strides;
  }

  static long elements(List<Dim> dims) {
    long elements = 1;
    for (Dim dim : dims) {
      elements *= dim.size;
    }
    return elements;
  }
}
