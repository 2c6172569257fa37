package dev.adjoint.ops.cases;

import dev.adjoint.type.DType;

/// How far a number may be from the expected one.
///
/// @param ulps in units in the last place of the expected number
/// @param floor in units in the last place of one, for results that cancel
public record Bound(double ulps, double floor) {

  /// Bitwise equality, but for the sign of a zero and the payload of a NaN.
  public static final Bound EXACT = new Bound(0, 0);

  /// Whether a number of the type is close enough.
  public boolean admits(double got, double expected, DType type) {
    if (got == expected || Double.isNaN(got) && Double.isNaN(expected)) {
      return true;
    }
    if (!type.isFloating() || Double.isNaN(got) || Double.isNaN(expected)) {
      return false;
    }
    double nearest = type == DType.FLOAT32 ? (float) expected : expected;
    if (Double.isInfinite(got) || Double.isInfinite(nearest)) {
      return got == nearest;
    }
    return Math.abs(got - expected) <= ulps * ulp(nearest, type) + floor * ulp(1, type);
  }

  /// The distance in units in the last place of the expected number.
  public static double distance(double got, double expected, DType type) {
    double nearest = type == DType.FLOAT32 ? (float) expected : expected;
    return type.isFloating() ? Math.abs(got - expected) / ulp(nearest, type) : got - expected;
  }

  private static double ulp(double value, DType type) {
    return type == DType.FLOAT32 ? Math.ulp((float) value) : Math.ulp(value);
  }
}
