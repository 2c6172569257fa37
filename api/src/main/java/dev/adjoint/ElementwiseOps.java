package dev.adjoint;

import dev.adjoint.graph.Dispatch;
import dev.adjoint.graph.InPlace;
import dev.adjoint.host.Numbers;
import dev.adjoint.op.UnaryOp;

/// Operations that work element by element; shapes stretch to each other, types promote as in PyTorch.
public sealed interface ElementwiseOps permits Tensor {

  /// -x.
  default Tensor neg() {
    return Dispatch.apply(UnaryOp.NEG, (Tensor) this);
  }

  /// [#neg] in place.
  default Tensor neg_() {
    return InPlace.apply(UnaryOp.NEG, Numbers.NONE, (Tensor) this);
  }

  /// |x|; the gradient at 0 is 0.
  default Tensor abs() {
    return Dispatch.apply(UnaryOp.ABS, (Tensor) this);
  }

  /// [#abs] in place.
  default Tensor abs_() {
    return InPlace.apply(UnaryOp.ABS, Numbers.NONE, (Tensor) this);
  }

  /// -1, 0 or 1 with the sign of x; the gradient is 0 everywhere.
  default Tensor sign() {
    return Dispatch.apply(UnaryOp.SIGN, (Tensor) this);
  }

  /// [#sign] in place.
  default Tensor sign_() {
    return InPlace.apply(UnaryOp.SIGN, Numbers.NONE, (Tensor) this);
  }

  /// eˣ.
  default Tensor exp() {
    return Dispatch.apply(UnaryOp.EXP, (Tensor) this);
  }

  /// [#exp] in place.
  default Tensor exp_() {
    return InPlace.apply(UnaryOp.EXP, Numbers.NONE, (Tensor) this);
  }

  /// eˣ - 1, accurate near 0.
  default Tensor expm1() {
    return Dispatch.apply(UnaryOp.EXPM1, (Tensor) this);
  }

  /// [#expm1] in place.
  default Tensor expm1_() {
    return InPlace.apply(UnaryOp.EXPM1, Numbers.NONE, (Tensor) this);
  }

  /// Natural logarithm; -inf at 0, NaN below.
  default Tensor log() {
    return Dispatch.apply(UnaryOp.LOG, (Tensor) this);
  }

  /// [#log] in place.
  default Tensor log_() {
    return InPlace.apply(UnaryOp.LOG, Numbers.NONE, (Tensor) this);
  }

  /// log(1 + x), accurate near 0.
  default Tensor log1p() {
    return Dispatch.apply(UnaryOp.LOG1P, (Tensor) this);
  }

  /// [#log1p] in place.
  default Tensor log1p_() {
    return InPlace.apply(UnaryOp.LOG1P, Numbers.NONE, (Tensor) this);
  }

  /// Logarithm to base 2.
  default Tensor log2() {
    return Dispatch.apply(UnaryOp.LOG2, (Tensor) this);
  }

  /// [#log2] in place.
  default Tensor log2_() {
    return InPlace.apply(UnaryOp.LOG2, Numbers.NONE, (Tensor) this);
  }

  /// √x; the gradient at 0 is infinite.
  default Tensor sqrt() {
    return Dispatch.apply(UnaryOp.SQRT, (Tensor) this);
  }

  /// [#sqrt] in place.
  default Tensor sqrt_() {
    return InPlace.apply(UnaryOp.SQRT, Numbers.NONE, (Tensor) this);
  }

  /// 1/√x.
  default Tensor rsqrt() {
    return Dispatch.apply(UnaryOp.RSQRT, (Tensor) this);
  }

  /// [#rsqrt] in place.
  default Tensor rsqrt_() {
    return InPlace.apply(UnaryOp.RSQRT, Numbers.NONE, (Tensor) this);
  }

  /// 1/x.
  default Tensor reciprocal() {
    return Dispatch.apply(UnaryOp.RECIPROCAL, (Tensor) this);
  }

  /// [#reciprocal] in place.
  default Tensor reciprocal_() {
    return InPlace.apply(UnaryOp.RECIPROCAL, Numbers.NONE, (Tensor) this);
  }

  /// x².
  default Tensor square() {
    return Numbers.pow((Tensor) this, 2);
  }

  /// [#square] in place.
  default Tensor square_() {
    return Numbers.pow_((Tensor) this, 2);
  }

  /// Sine of x in radians.
  default Tensor sin() {
    return Dispatch.apply(UnaryOp.SIN, (Tensor) this);
  }

  /// [#sin] in place.
  default Tensor sin_() {
    return InPlace.apply(UnaryOp.SIN, Numbers.NONE, (Tensor) this);
  }

  /// Cosine of x in radians.
  default Tensor cos() {
    return Dispatch.apply(UnaryOp.COS, (Tensor) this);
  }

  /// [#cos] in place.
  default Tensor cos_() {
    return InPlace.apply(UnaryOp.COS, Numbers.NONE, (Tensor) this);
  }

  /// Tangent of x in radians.
  default Tensor tan() {
    return Dispatch.apply(UnaryOp.TAN, (Tensor) this);
  }

  /// [#tan] in place.
  default Tensor tan_() {
    return InPlace.apply(UnaryOp.TAN, Numbers.NONE, (Tensor) this);
  }

  /// Hyperbolic sine.
  default Tensor sinh() {
    return Dispatch.apply(UnaryOp.SINH, (Tensor) this);
  }

  /// [#sinh] in place.
  default Tensor sinh_() {
    return InPlace.apply(UnaryOp.SINH, Numbers.NONE, (Tensor) this);
  }

  /// Hyperbolic cosine.
  default Tensor cosh() {
    return Dispatch.apply(UnaryOp.COSH, (Tensor) this);
  }

  /// [#cosh] in place.
  default Tensor cosh_() {
    return InPlace.apply(UnaryOp.COSH, Numbers.NONE, (Tensor) this);
  }

  /// Hyperbolic tangent.
  default Tensor tanh() {
    return Dispatch.apply(UnaryOp.TANH, (Tensor) this);
  }

  /// [#tanh] in place.
  default Tensor tanh_() {
    return InPlace.apply(UnaryOp.TANH, Numbers.NONE, (Tensor) this);
  }

  /// 1 / (1 + e⁻ˣ).
  default Tensor sigmoid() {
    return Dispatch.apply(UnaryOp.SIGMOID, (Tensor) this);
  }

  /// [#sigmoid] in place.
  default Tensor sigmoid_() {
    return InPlace.apply(UnaryOp.SIGMOID, Numbers.NONE, (Tensor) this);
  }

  /// max(x, 0); the gradient at 0 is 0, and a NaN passes.
  default Tensor relu() {
    return Dispatch.apply(UnaryOp.RELU, (Tensor) this);
  }

  /// [#relu] in place.
  default Tensor relu_() {
    return InPlace.apply(UnaryOp.RELU, Numbers.NONE, (Tensor) this);
  }

  /// x Φ(x), with Φ the normal distribution function.
  default Tensor gelu() {
    return Dispatch.apply(UnaryOp.GELU, (Tensor) this);
  }

  /// [#gelu] in place.
  default Tensor gelu_() {
    return InPlace.apply(UnaryOp.GELU, Numbers.NONE, (Tensor) this);
  }

  /// log σ(x), right where σ(x) rounds to 0. Row-major, as in PyTorch.
  default Tensor logSigmoid() {
    return Dispatch.applyInRowMajor(UnaryOp.LOG_SIGMOID, (Tensor) this);
  }

  /// x σ(x).
  default Tensor silu() {
    return Dispatch.apply(UnaryOp.SILU, (Tensor) this);
  }

  /// [#silu] in place.
  default Tensor silu_() {
    return InPlace.apply(UnaryOp.SILU, Numbers.NONE, (Tensor) this);
  }

  /// The error function.
  default Tensor erf() {
    return Dispatch.apply(UnaryOp.ERF, (Tensor) this);
  }

  /// [#erf] in place.
  default Tensor erf_() {
    return InPlace.apply(UnaryOp.ERF, Numbers.NONE, (Tensor) this);
  }

  /// [#gelu] with the tanh approximation.
  default Tensor geluTanh() {
    return Dispatch.apply(UnaryOp.GELU_TANH, (Tensor) this);
  }

  /// The greatest integer not above x; gradient 0.
  default Tensor floor() {
    return Numbers.apply(UnaryOp.FLOOR, (Tensor) this);
  }

  /// [#floor] in place.
  default Tensor floor_() {
    return Numbers.apply_(UnaryOp.FLOOR, (Tensor) this);
  }

  /// The least integer not below x; gradient 0.
  default Tensor ceil() {
    return Numbers.apply(UnaryOp.CEIL, (Tensor) this);
  }

  /// [#ceil] in place.
  default Tensor ceil_() {
    return Numbers.apply_(UnaryOp.CEIL, (Tensor) this);
  }

  /// The nearest integer, halves to even; gradient 0.
  default Tensor round() {
    return Numbers.apply(UnaryOp.ROUND, (Tensor) this);
  }

  /// [#round] in place.
  default Tensor round_() {
    return Numbers.apply_(UnaryOp.ROUND, (Tensor) this);
  }

  /// The integer part; gradient 0.
  default Tensor trunc() {
    return Numbers.apply(UnaryOp.TRUNC, (Tensor) this);
  }

  /// [#trunc] in place.
  default Tensor trunc_() {
    return Numbers.apply_(UnaryOp.TRUNC, (Tensor) this);
  }

  /// x above 0, `slope` x elsewhere; the gradient at 0 is the slope.
  default Tensor leakyRelu(Number slope) {
    return Numbers.apply(UnaryOp.LEAKY_RELU, (Tensor) this, slope);
  }

  /// [#leakyRelu] in place.
  default Tensor leakyRelu_(Number slope) {
    return Numbers.apply_(UnaryOp.LEAKY_RELU, (Tensor) this, slope);
  }

  /// x above 0, `alpha` (eˣ - 1) elsewhere; the gradient at 0 is alpha.
  default Tensor elu(Number alpha) {
    return Numbers.apply(UnaryOp.ELU, (Tensor) this, alpha);
  }

  /// [#elu] in place.
  default Tensor elu_(Number alpha) {
    return Numbers.apply_(UnaryOp.ELU, (Tensor) this, alpha);
  }

  /// log(1 + e^(`beta` x)) / beta, and x itself where beta x exceeds the threshold.
  default Tensor softplus(Number beta, Number threshold) {
    return Numbers.apply(UnaryOp.SOFTPLUS, (Tensor) this, beta, threshold);
  }

  /// [#softplus] in place.
  default Tensor softplus_(Number beta, Number threshold) {
    return Numbers.apply_(UnaryOp.SOFTPLUS, (Tensor) this, beta, threshold);
  }

  /// min(max(x, `low`), `high`); the gradient is 1 at the bounds, 0 outside and for NaN.
  default Tensor clamp(Number low, Number high) {
    return Numbers.apply(UnaryOp.CLAMP, (Tensor) this, low, high);
  }

  /// [#clamp] in place.
  default Tensor clamp_(Number low, Number high) {
    return Numbers.apply_(UnaryOp.CLAMP, (Tensor) this, low, high);
  }

  /// max(x, `low`).
  default Tensor clampMin(Number low) {
    return Numbers.apply(UnaryOp.CLAMP_MIN, (Tensor) this, low);
  }

  /// [#clampMin] in place.
  default Tensor clampMin_(Number low) {
    return Numbers.apply_(UnaryOp.CLAMP_MIN, (Tensor) this, low);
  }

  /// min(x, `high`).
  default Tensor clampMax(Number high) {
    return Numbers.apply(UnaryOp.CLAMP_MAX, (Tensor) this, high);
  }

  /// [#clampMax] in place.
  default Tensor clampMax_(Number high) {
    return Numbers.apply_(UnaryOp.CLAMP_MAX, (Tensor) this, high);
  }

  /// Replaces NaN and the infinities; their gradient is 0.
  default Tensor nanToNum(Number nan, Number positive, Number negative) {
    return Numbers.apply(UnaryOp.NAN_TO_NUM, (Tensor) this, nan, positive, negative);
  }

  /// [#nanToNum] in place.
  default Tensor nanToNum_(Number nan, Number positive, Number negative) {
    return Numbers.apply_(UnaryOp.NAN_TO_NUM, (Tensor) this, nan, positive, negative);
  }

  /// [#leakyRelu(Number)] with slope 0.01.
  default Tensor leakyRelu() {
    return leakyRelu(0.01);
  }

  /// [#elu(Number)] with alpha 1.
  default Tensor elu() {
    return elu(1.0);
  }

  /// [#softplus(Number, Number)] with beta 1 and threshold 20.
  default Tensor softplus() {
    return softplus(1.0, 20.0);
  }

  /// Replaces NaN by 0 and the infinities by the type's greatest and least numbers.
  default Tensor nanToNum() {
    return Numbers.nanToNum((Tensor) this);
  }

  /// [#geluTanh] in place.
  default Tensor geluTanh_() {
    return InPlace.apply(UnaryOp.GELU_TANH, Numbers.NONE, (Tensor) this);
  }

  /// [#leakyRelu()] in place.
  default Tensor leakyRelu_() {
    return leakyRelu_(0.01);
  }

  /// [#elu()] in place.
  default Tensor elu_() {
    return elu_(1.0);
  }

  /// [#softplus()] in place.
  default Tensor softplus_() {
    return softplus_(1.0, 20.0);
  }
}
