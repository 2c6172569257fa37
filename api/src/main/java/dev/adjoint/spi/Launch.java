package dev.adjoint.spi;

import dev.adjoint.type.DType;
import java.util.Arrays;

/// Work for a device, as plain data. Arrays are handed over, not copied, and never written again:
/// launches are on the path of every operation.
@SuppressWarnings("ArrayRecordComponent") // reason above; launches are never compared
public sealed interface Launch {

  /// The op the work is for, in the words of an error message.
  String op();

  /// The operands, inputs before outputs.
  Operand[] operands();

  /// The op and its shape, for error messages.
  default String description() {
    return switch (this) {
      case Elementwise e -> e.op() + " " + Arrays.toString(e.shape());
      case Fold f -> f.op() + " " + Arrays.toString(f.shape());
      case Call c -> c.op() + " (" + c.kernel().symbol() + " " + Arrays.toString(c.sizes()) + ")";
    };
  }

  /// Runs a program once for each element of a row-major iteration space.
  ///
  /// @param shape the iteration space; adjacent dimensions that every operand can walk as one have
  ///     been joined; never empty, no size is 0
  /// @param operands the program's inputs, then its outputs
  /// @param scalars one per program scalar, as the low bits of its type: `doubleToRawLongBits` for
  ///     float64, `floatToRawIntBits` for float32, the value for others
  record Elementwise(String op, Program program, long[] shape, Operand[] operands, long[] scalars)
      implements Launch {}

  /// Runs a program over a space and folds its last output along the last dimensions of it. Other outputs
  /// are stored, as by [Elementwise].
  ///
  /// @param shape kept dimensions, then folded ones; never empty; kept sizes are not 0
  /// @param folded how many of the last dimensions are folded; at least 1; a folded size may be 0,
  ///     which stores the reducer's neutral element (sum, prod, any, all only)
  /// @param operands the program's inputs and what is stored, with a stride per dimension of the shape,
  ///     then the fold's result with a stride per kept dimension
  record Fold(
      String op,
      Reducer reducer,
      Program program,
      long[] shape,
      int folded,
      Operand[] operands,
      long[] scalars)
      implements Launch {

    /// The type of the folded values, and of the result.
    public DType type() {
      return program.typeOf(program.outputs().getLast());
    }

    /// How many of the program's outputs are stored.
    public int stored() {
      return program.outputs().size() - 1;
    }
  }

  /// Runs a structured kernel. Operands are contiguous; what sizes mean is the kernel's to say, in its
  /// source.
  ///
  /// @param groups how many independent pieces the work divides into
  /// @param groupWork roughly how many elements one group touches
  record Call(
      String op, Kernel kernel, Operand[] operands, long[] sizes, long groups, long groupWork)
      implements Launch {}
}
