package dev.adjoint.op;

import dev.adjoint.spi.Row;
import dev.adjoint.type.DType;
import dev.adjoint.type.DTypeException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// An operation whose result at an index needs the operands at that index only: one row of a `.def`
/// table for the value, one row of an enum for everything else.
public sealed interface Elementwise extends Op permits UnaryOp, BinaryOp, TernaryOp, TestOp {

  /// The kernel row; its arguments are the inputs in the order of [#argument], then the parameters.
  Row row();

  /// Which input is the row's argument at a position.
  default int argument(int position) {
    return position;
  }

  /// Which input chooses by bools, and so takes no part in the type; -1 for none.
  default int condition() {
    return -1;
  }

  /// How the type of the computation follows from the operands' promoted type.
  Typing typing();

  /// The gradient of one input, or null where none is defined.
  @Nullable Derivative derivative(int input);

  /// Whether [#requireTypes] has something to say.
  default boolean isParticular() {
    return false;
  }

  /// Refuses operands' types that promotion alone would let pass.
  ///
  /// @throws DTypeException when one does not fit
  default void requireTypes(DType... types) {}

  /// How an operation treats the type its operands promote to.
  enum Typing {
    /// Computes in the promoted type.
    SAME,
    /// Integers and bools become float32 first.
    FLOATING,
    /// As `SAME`, but bools are an error.
    NUMBERS;

    DType resolve(DType promoted) {
      return this == FLOATING && !promoted.isFloating() ? DType.FLOAT32 : promoted;
    }
  }

  /// The type the row computes in.
  ///
  /// @throws dev.adjoint.type.DTypeException when the operation does not take the type
  default DType computeType(DType promoted) {
    if (typing() == Typing.NUMBERS && promoted == DType.BOOL) {
      throw new DTypeException(
          label().toLowerCase(Locale.ROOT)
              + ": not defined for bool tensors. Convert with to(DType.INT64) or use a logical operation.");
    }
    return typing().resolve(promoted);
  }
}
