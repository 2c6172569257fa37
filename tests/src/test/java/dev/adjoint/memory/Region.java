package dev.adjoint.memory;

import dev.adjoint.spi.Buffer;
import dev.adjoint.spi.Operand;
import java.util.function.LongConsumer;

/// The elements of a buffer that one operand of a launch names.
///
/// @param offset of the first element, in elements
/// @param strides one per size of the shape
/// @param bytes of one element
@SuppressWarnings("ArrayRecordComponent")
record Region(Buffer buffer, long offset, long[] shape, long[] strides, int bytes) {

  static Region of(Operand operand, long[] shape, int bytes) {
    long[] strides = new long[shape.length];
    for (int d = 0; d < strides.length; d++) {
      strides[d] = operand.stride(d);
    }
    return new Region(operand.buffer(), operand.offset(), shape, strides, bytes);
  }

  /// Number of elements of the iteration space.
  long count() {
    long n = 1;
    for (long size : shape) {
      n *= size;
    }
    return n;
  }

  /// The lowest element named.
  long from() {
    long lowest = offset;
    for (int d = 0; d < shape.length; d++) {
      lowest += Math.min(0, (shape[d] - 1) * strides[d]);
    }
    return lowest;
  }

  /// How many elements lie between the lowest and the highest named, both included.
  long span() {
    long distance = 1;
    for (int d = 0; d < shape.length; d++) {
      distance += Math.abs((shape[d] - 1) * strides[d]);
    }
    return distance;
  }

  /// Whether both name the same elements in the same order.
  boolean same(Region other) {
    return buffer == other.buffer
        && offset == other.offset
        && java.util.Arrays.equals(shape, other.shape)
        && java.util.Arrays.equals(strides, other.strides);
  }

  /// Visits each named element's place.
  void forEach(LongConsumer place) {
    long[] at = new long[shape.length];
    long n = count();
    long element = offset;
    for (long i = 0; i < n; i++) {
      place.accept(element);
      for (int d = shape.length - 1; d >= 0; d--) {
        element += strides[d];
        if (++at[d] < shape[d]) {
          break;
        }
        element -= shape[d] * strides[d];
        at[d] = 0;
      }
    }
  }
}
