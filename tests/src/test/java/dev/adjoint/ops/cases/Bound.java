package dev.adjoint.ops.cases;

import dev.adjoint.type.DType;

/// How far a number may be from the expected one.
///
/// @param ulps in units in the last place of the expected number
/// @param floor in units in the last place of one, for results that cancel
public record Bound(double ulps, double floor) {

  /// Bitwise equality, but for the sign of a zero and the payload of a NaN.
  public static final Bound EXACT = new Bound(0, 0);

  /// The bound of a value: float32's error vanishes in a half, but may turn a rounding.
  public Bound ofValue(DType type) {
    return type.isHalf() ? atMost(1) : this;
  }

  /// The bound of a derivative: PyTorch may round between the steps of a half's formula.
  public Bound ofGradient(DType type) {
    return type.isHalf() ? atMost(2) : this;
  }

  private Bound atMost(double most) {
    return new Bound(Math.min(ulps, most), Math.min(floor, most / 2));
  }

  /// Whether a number of the type is close enough.
  public boolean admits(double got, double expected, DType type) {
    if (got == expected || Double.isNaN(got) && Double.isNaN(expected)) {
      return true;
    }
    if (!type.isFloating() || Double.isNaN(got) || Double.isNaN(expected)) {
      return false;
    }
    double nearest = nearest(expected, type);
    if (Double.isInfinite(got) || Double.isInfinite(nearest)) {
      return got == nearest;
    }
    return Math.abs(got - expected) <= ulps * ulp(nearest, type) + floor * ulp(1, type);
  }

  /// The distance in units in the last place of the expected number.
  public static double distance(double got, double expected, DType type) {
    return type.isFloating()
        ? Math.abs(got - expected) / ulp(nearest(expected, type), type)
        : got - expected;
  }

  /// What PyTorch computed in a half, the half represents already.
  private static double nearest(double expected, DType type) {
    return type == DType.FLOAT32 ? (float) expected : expected;
  }

  private static double ulp(double value, DType type) {
    return switch (type) {
      case FLOAT16 -> Math.scalb(1.0, Math.max(Math.getExponent(value), -14) - 10);
      case BFLOAT16 -> Math.scalb(1.0, Math.max(Math.getExponent(value), -126) - 7);
      case FLOAT32 -> Math.ulp((float) value);
      default -> Math.ulp(value);
    };
  }
}
