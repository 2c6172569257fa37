package dev.adjoint.backend.cpu;

import java.util.Map;
import java.util.function.DoubleUnaryOperator;

/// What each row means, in Java's doubles; integral types are then rounded as C would.
final class References {
  /// A row of any arity.
  interface Function {
    double of(double... x);
  }

  private References() {}

  static final Map<String, DoubleUnaryOperator> UNARY =
      Map.ofEntries(
          Map.entry("exp", Math::exp),
          Map.entry("expm1", Math::expm1),
          Map.entry("log", Math::log),
          Map.entry("log1p", Math::log1p),
          Map.entry("log2", x -> Math.log(x) / Math.log(2)),
          Map.entry("sqrt", Math::sqrt),
          Map.entry("rsqrt", x -> 1 / Math.sqrt(x)),
          Map.entry("reciprocal", x -> 1 / x),
          Map.entry("sin", Math::sin),
          Map.entry("cos", Math::cos),
          Map.entry("tan", Math::tan),
          Map.entry("sinh", Math::sinh),
          Map.entry("cosh", Math::cosh),
          Map.entry("tanh", Math::tanh),
          Map.entry("sigmoid", References::sigmoid),
          Map.entry("log_sigmoid", x -> Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)))),
          Map.entry("silu", x -> x / (1 + Math.exp(-x))),
          Map.entry("erf", References::erf),
          Map.entry("gelu", x -> x * 0.5 * (1 + erf(x / Math.sqrt(2)))),
          Map.entry(
              "gelu_slope",
              x ->
                  0.5 * (1 + erf(x / Math.sqrt(2)))
                      + x * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI)),
          Map.entry(
              "gelu_tanh",
              x -> x * 0.5 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)))),
          Map.entry("floor", Math::floor),
          Map.entry("ceil", Math::ceil),
          Map.entry("round", Math::rint),
          Map.entry("trunc", x -> x < 0 ? Math.ceil(x) : Math.floor(x)),
          Map.entry("neg", x -> -x),
          Map.entry("abs", Math::abs),
          Map.entry("sign", x -> x > 0 ? 1 : x < 0 ? -1 : 0),
          Map.entry("relu", x -> x < 0 ? 0 : x),
          Map.entry("square", x -> x * x),
          Map.entry("cube", x -> x * x * x));

  static final Map<String, Function> OTHERS =
      Map.ofEntries(
          Map.entry("add", x -> x[0] + x[1]),
          Map.entry("sub", x -> x[0] - x[1]),
          Map.entry("mul", x -> x[0] * x[1]),
          Map.entry("div", x -> x[0] / x[1]),
          Map.entry("remainder", x -> remainder(x[0], x[1])),
          Map.entry("floor_div", x -> Math.floor((x[0] - remainder(x[0], x[1])) / x[1] + 0.5)),
          Map.entry("trunc_div", x -> UNARY.get("trunc").applyAsDouble(x[0] / x[1])),
          Map.entry("clamp_min", x -> x[0] < x[1] || Double.isNaN(x[1]) ? x[1] : x[0]),
          Map.entry("clamp_max", x -> x[0] > x[1] || Double.isNaN(x[1]) ? x[1] : x[0]),
          Map.entry("maximum", x -> Math.max(x[0], x[1])),
          Map.entry("minimum", x -> Math.min(x[0], x[1])),
          Map.entry("pow", x -> Math.pow(x[0], x[1])),
          Map.entry("pow_int", x -> Math.pow(x[0], Math.rint(x[1]))),
          Map.entry("atan2", x -> Math.atan2(x[0], x[1])),
          Map.entry("elu", x -> x[0] > 0 ? x[0] : x[1] * Math.expm1(x[0])),
          Map.entry("leaky_relu", x -> x[0] > 0 ? x[0] : x[0] * x[1]),
          Map.entry("clamp", x -> Math.min(Math.max(x[0], x[1]), x[2])),
          Map.entry("lerp", x -> x[0] + x[2] * (x[1] - x[0])),
          Map.entry("softplus", x -> x[0] * x[1] > x[2] ? x[0] : softplus(x[0], x[1])),
          Map.entry("add_scaled", x -> x[0] + x[2] * x[1]),
          Map.entry("nan_to_num", x -> Double.isNaN(x[0]) ? x[1] : infiniteTo(x)),
          Map.entry("addcmul", x -> x[0] + x[3] * x[1] * x[2]),
          Map.entry("addcdiv", x -> x[0] + x[3] * x[1] / x[2]),
          Map.entry("isnan", x -> bool(Double.isNaN(x[0]))),
          Map.entry("isinf", x -> bool(Double.isInfinite(x[0]))),
          Map.entry("isfinite", x -> bool(Double.isFinite(x[0]))),
          Map.entry("logical_not", x -> bool(x[0] == 0)),
          Map.entry("eq", x -> bool(x[0] == x[1])),
          Map.entry("ne", x -> bool(x[0] != x[1])),
          Map.entry("lt", x -> bool(x[0] < x[1])),
          Map.entry("le", x -> bool(x[0] <= x[1])),
          Map.entry("gt", x -> bool(x[0] > x[1])),
          Map.entry("ge", x -> bool(x[0] >= x[1])),
          Map.entry("logical_and", x -> bool(x[0] != 0 && x[1] != 0)),
          Map.entry("logical_or", x -> bool(x[0] != 0 || x[1] != 0)),
          Map.entry("logical_xor", x -> bool(x[0] != 0 ^ x[1] != 0)),
          Map.entry("where", x -> x[0] != 0 ? x[1] : x[2]));

  private static double bool(boolean b) {
    return b ? 1 : 0;
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  private static double softplus(double x, double beta) {
    return Math.log1p(Math.exp(x * beta)) / beta;
  }

  private static double infiniteTo(double... x) {
    return x[0] == Double.POSITIVE_INFINITY ? x[2] : x[0] == Double.NEGATIVE_INFINITY ? x[3] : x[0];
  }

  private static double remainder(double x, double y) {
    double r = x % y;
    return r != 0 && r < 0 != y < 0 ? r + y : r;
  }

  /// A series of positive terms, so nothing cancels.
  static double erf(double x) {
    if (Double.isNaN(x) || Math.abs(x) > 6) {
      return Math.signum(x);
    }
    double term = x;
    double sum = x;
    for (int n = 1; n < 200; n++) {
      term *= 2 * x * x / (2 * n + 1);
      sum += term;
    }
    return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
  }
}
