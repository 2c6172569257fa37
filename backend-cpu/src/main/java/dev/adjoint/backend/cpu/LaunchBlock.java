package dev.adjoint.backend.cpu;

import dev.adjoint.spi.Operand;
import dev.adjoint.type.DType;

/// Writes `struct launch` of `native-kernels/cpu/launch.h`.
final class LaunchBlock {
  private static final int HEADER = 4;

  private LaunchBlock() {}

  /// Words that [#write] needs.
  static int words(int rank, int operands, int scalars) {
    return HEADER + 2 * operands + rank * (operands + 1) + scalars;
  }

  /// Writes a launch of a program over a space and returns its address.
  ///
  /// @param operands how many of the operands the launch has
  static long write(
      Words words,
      EncodedProgram encoded,
      long[] shape,
      Operand[] operands,
      int count,
      long[] scalars) {
    int rank = shape.length;
    long start = words.here();
    long shapeAt = words.after(HEADER + 2 * count);
    long stridesAt = shapeAt + rank * 8L;
    words.put(encoded.address());
    words.put(rank);
    words.put(shapeAt);
    words.put(stridesAt + (long) count * rank * 8);
    for (int o = 0; o < count; o++) {
      words.put(address(operands[o], encoded.bytes(o)));
      words.put(stridesAt + (long) o * rank * 8);
    }
    words.put(shape);
    for (int o = 0; o < count; o++) {
      for (int d = 0; d < rank; d++) {
        words.put(operands[o].stride(d));
      }
    }
    words.put(scalars);
    return start;
  }

  /// The address of an operand's first element.
  static long address(Operand operand, DType type) {
    return address(operand, type.bytes());
  }

  private static long address(Operand operand, int bytes) {
    return ((CpuBuffer) operand.buffer()).address() + operand.offset() * bytes;
  }
}
