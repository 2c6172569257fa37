package dev.adjoint.ops.cases;

import static dev.adjoint.ops.cases.OpCase.op;

import dev.adjoint.Tensor;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/// Rows of elementwise operations of one tensor.
public final class UnaryCases {

  private UnaryCases() {}

  public static List<OpCase> rows() {
    return List.of(
        exact("neg", Tensor::neg, Tensor::neg_),
        exact("abs", Tensor::abs, Tensor::abs_),
        exact("sign", Tensor::sign, Tensor::sign_),
        unary("exp", Tensor::exp, Tensor::exp_),
        unary("expm1", Tensor::expm1, Tensor::expm1_),
        unary("log", Tensor::log, Tensor::log_),
        unary("log1p", Tensor::log1p, Tensor::log1p_),
        unary("log2", Tensor::log2, Tensor::log2_),
        unary("sqrt", Tensor::sqrt, Tensor::sqrt_).ulps(1, 8, 16),
        unary("rsqrt", Tensor::rsqrt, Tensor::rsqrt_),
        unary("reciprocal", Tensor::reciprocal, Tensor::reciprocal_).ulps(1, 8, 16),
        unary("square", Tensor::square, Tensor::square_).ulps(1, 4, 8),
        unary("sin", Tensor::sin, Tensor::sin_),
        unary("cos", Tensor::cos, Tensor::cos_),
        unary("tan", Tensor::tan, Tensor::tan_),
        unary("sinh", Tensor::sinh, Tensor::sinh_),
        unary("cosh", Tensor::cosh, Tensor::cosh_),
        unary("tanh", Tensor::tanh, Tensor::tanh_),
        unary("sigmoid", Tensor::sigmoid, Tensor::sigmoid_),
        exact("relu", Tensor::relu, Tensor::relu_),
        unary("leakyRelu", Tensor::leakyRelu, Tensor::leakyRelu_).ulps(1, 4, 8),
        unary("elu", Tensor::elu, Tensor::elu_),
        unary("gelu", Tensor::gelu, Tensor::gelu_),
        unary("geluTanh", Tensor::geluTanh, Tensor::geluTanh_),
        plain("logSigmoid", Tensor::logSigmoid),
        unary("silu", Tensor::silu, Tensor::silu_),
        unary("softplus", Tensor::softplus, Tensor::softplus_),
        unary("erf", Tensor::erf, Tensor::erf_),
        exact("floor", Tensor::floor, Tensor::floor_),
        exact("ceil", Tensor::ceil, Tensor::ceil_),
        exact("round", Tensor::round, Tensor::round_),
        exact("trunc", Tensor::trunc, Tensor::trunc_),
        plain("nanToNum", Tensor::nanToNum).ulps(0, 0, 0),
        plain("isnan", Tensor::isnan),
        plain("isinf", Tensor::isinf),
        plain("isfinite", Tensor::isfinite),
        plain("logicalNot", Tensor::logicalNot));
  }

  public static List<OpCase> withNumbers() {
    return List.of(
        with("leakyRelu.slope", "slope", Tensor::leakyRelu, Tensor::leakyRelu_).ulps(1, 4, 8),
        with("elu.alpha", "alpha", Tensor::elu, Tensor::elu_),
        op(
                "softplus.beta",
                "softplus(Number,Number)",
                in -> in.x().softplus(in.number("beta"), in.number("threshold")))
            .inPlace(in -> in.x().softplus_(in.number("beta"), in.number("threshold")))
            .each(),
        op("clamp", "clamp(Number,Number)", in -> in.x().clamp(in.number("min"), in.number("max")))
            .inPlace(in -> in.x().clamp_(in.number("min"), in.number("max")))
            .ulps(0, 0, 0)
            .each(),
        with("clampMin", "min", Tensor::clampMin, Tensor::clampMin_).ulps(0, 0, 0),
        with("clampMax", "max", Tensor::clampMax, Tensor::clampMax_).ulps(0, 0, 0),
        op(
                "nanToNum.values",
                "nanToNum(Number,Number,Number)",
                in -> in.x().nanToNum(in.number("nan"), in.number("posinf"), in.number("neginf")))
            .inPlace(
                in -> in.x().nanToNum_(in.number("nan"), in.number("posinf"), in.number("neginf")))
            .ulps(0, 0, 0)
            .each(),
        with("pow.number", "n", Tensor::pow, Tensor::pow_),
        with("add.number", "n", Tensor::add, Tensor::add_).ulps(1, 1, 1),
        with("sub.number", "n", Tensor::sub, Tensor::sub_).ulps(1, 1, 1),
        op("rsub", "rsub(Number)", in -> in.x().rsub(in.n())).ulps(1, 1, 1).each(),
        with("mul.number", "n", Tensor::mul, Tensor::mul_).ulps(1, 2, 2),
        with("div.number", "n", Tensor::div, Tensor::div_).ulps(2, 2, 2),
        with("remainder.number", "n", Tensor::remainder, Tensor::remainder_).ulps(2, 2, 2),
        with("maximum.number", "n", Tensor::maximum, Tensor::maximum_).ulps(0, 1, 1),
        with("minimum.number", "n", Tensor::minimum, Tensor::minimum_).ulps(0, 1, 1),
        with("atan2.number", "n", Tensor::atan2, Tensor::atan2_));
  }

  public static List<OpCase> comparedWithNumbers() {
    return List.of(
        op("eq.number", "eq(Number)", in -> in.x().eq(in.n())).each(),
        op("ne.number", "ne(Number)", in -> in.x().ne(in.n())).each(),
        op("lt.number", "lt(Number)", in -> in.x().lt(in.n())).each(),
        op("le.number", "le(Number)", in -> in.x().le(in.n())).each(),
        op("gt.number", "gt(Number)", in -> in.x().gt(in.n())).each(),
        op("ge.number", "ge(Number)", in -> in.x().ge(in.n())).each());
  }

  private static OpCase unary(
      String name, UnaryOperator<Tensor> call, UnaryOperator<Tensor> inPlace) {
    return op(name, name + "()", in -> call.apply(in.x()))
        .inPlace(in -> inPlace.apply(in.x()))
        .each();
  }

  private static OpCase exact(
      String name, UnaryOperator<Tensor> call, UnaryOperator<Tensor> inPlace) {
    return unary(name, call, inPlace).ulps(0, 0, 0);
  }

  private static OpCase plain(String name, UnaryOperator<Tensor> call) {
    return op(name, name + "()", in -> call.apply(in.x())).each();
  }

  private static OpCase with(
      String name,
      String key,
      BiFunction<Tensor, Number, Tensor> call,
      BiFunction<Tensor, Number, Tensor> inPlace) {
    String method = name.replaceAll("\\..*", "") + "(Number)";
    return op(name, method, in -> call.apply(in.x(), in.number(key)))
        .inPlace(in -> inPlace.apply(in.x(), in.number(key)))
        .each();
  }
}
