package dev.adjoint.graph;

import dev.adjoint.memory.Scalars;
import dev.adjoint.type.DType;
import dev.adjoint.type.DTypeException;
import org.jspecify.annotations.Nullable;

/// PyTorch's rule for the type that operands meet in: tensors with dimensions decide; a 0-d tensor
/// matters only if its category is higher, and a Java number only if its category is higher still.
public final class Promotion {
  private Promotion() {}

  static DType of(int condition, EagerTensor[] inputs, Number[] parameters) {
    DType dimensioned = null;
    DType zero = null;
    DType number = null;
    DType exact = null;
    for (int i = 0; i < inputs.length; i++) {
      EagerTensor t = inputs[i];
      if (i == condition) {
        continue;
      }
      DType type = t.dtype();
      if (t.isWrappedNumber()) {
        number = join(number, type.isFloating() ? DType.FLOAT32 : type);
        exact = join(exact, type);
      } else if (t.layout().shape().rank() == 0) {
        zero = join(zero, type);
      } else {
        dimensioned = join(dimensioned, type);
      }
    }
    for (Number n : parameters) {
      number = join(number, typeOf(n));
    }
    // Numbers among themselves, as in a formula about a saved number, lose no digits.
    if (dimensioned == null && zero == null && exact != null) {
      return exact;
    }
    DType result = combine(combine(dimensioned, zero), number);
    return result == null ? DType.FLOAT32 : result;
  }

  /// The type a Java number has on its own: int64 or float32.
  public static DType typeOf(Number n) {
    return Scalars.isIntegral(n) ? DType.INT64 : DType.FLOAT32;
  }

  private static DType join(@Nullable DType a, DType b) {
    return a == null ? b : a.promote(b);
  }

  private static @Nullable DType combine(@Nullable DType higher, @Nullable DType lower) {
    if (higher == null || lower == null) {
      return higher == null ? lower : higher;
    }
    return lower.category().compareTo(higher.category()) > 0 ? lower : higher;
  }

  /// An operand's type in an in-place or out-of-place operation that cannot hold the result.
  public static DTypeException cannotCast(DType from, DType to) {
    return new DTypeException(
        "result type "
            + from.scalarType()
            + " can't be cast to the desired output type "
            + to.scalarType()
            + ". Use the out-of-place operation.");
  }
}
