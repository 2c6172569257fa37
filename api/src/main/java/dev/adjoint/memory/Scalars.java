package dev.adjoint.memory;

import dev.adjoint.type.DType;

/// Numbers as the bits that launches carry: a float's or double's own bits, or an integer.
public final class Scalars {
  private Scalars() {}

  /// A floating number in a type; integers take the truncated value, a bool whether it is not 0.
  public static long bits(double value, DType type) {
    return switch (type) {
      case FLOAT64 -> Double.doubleToRawLongBits(value);
      case FLOAT32 -> Float.floatToRawIntBits((float) value) & 0xffffffffL;
      case FLOAT16, BFLOAT16 -> half((float) value, type);
      case BOOL -> value != 0 ? 1 : 0;
      case UINT8 -> (long) value & 0xff;
      case INT32 -> (int) (long) value;
      case INT64 -> (long) value;
    };
  }

  /// An integer in a type; rounds to floating types, wraps in narrower integers.
  public static long bits(long value, DType type) {
    return switch (type) {
      case FLOAT64 -> Double.doubleToRawLongBits((double) value);
      case FLOAT32 -> Float.floatToRawIntBits((float) value) & 0xffffffffL;
      case FLOAT16, BFLOAT16 -> half((float) value, type);
      case BOOL -> value != 0 ? 1 : 0;
      case UINT8 -> value & 0xff;
      case INT32 -> (int) value;
      case INT64 -> value;
    };
  }

  /// Rounded to nearest, ties to even. A double becomes a float first, as in PyTorch.
  private static long half(float value, DType type) {
    if (type == DType.FLOAT16) {
      return Float.floatToFloat16(value) & 0xffffL;
    }
    int bits = Float.floatToIntBits(value);
    return Float.isNaN(value) ? 0x7fc0 : (bits + 0x7fff + (bits >>> 16 & 1)) >>> 16;
  }

  /// A Java number in a type, by its own category.
  public static long bits(Number value, DType type) {
    return isIntegral(value) ? bits(value.longValue(), type) : bits(value.doubleValue(), type);
  }

  public static boolean isIntegral(Number value) {
    return value instanceof Integer
        || value instanceof Long
        || value instanceof Short
        || value instanceof Byte;
  }

  /// The number that bits stand for; int64 beyond 2^53 rounds.
  public static double toDouble(long bits, DType type) {
    return switch (type) {
      case FLOAT64 -> Double.longBitsToDouble(bits);
      case FLOAT32 -> Float.intBitsToFloat((int) bits);
      case FLOAT16 -> Float.float16ToFloat((short) bits);
      case BFLOAT16 -> Float.intBitsToFloat((int) bits << 16);
      default -> (double) bits;
    };
  }

  static long convert(long bits, DType from, DType to) {
    if (from == to) {
      return bits;
    }
    return from.isFloating() ? bits(toDouble(bits, from), to) : bits(bits, to);
  }
}
