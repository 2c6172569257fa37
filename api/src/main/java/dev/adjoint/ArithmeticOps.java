package dev.adjoint;

import dev.adjoint.graph.Dispatch;
import dev.adjoint.graph.InPlace;
import dev.adjoint.host.Numbers;
import dev.adjoint.op.BinaryOp;
import dev.adjoint.op.TernaryOp;

/// Operations on two or three tensors, element by element, or on a tensor and a number.
public sealed interface ArithmeticOps permits Tensor {

  /// x + y; on bools, or.
  default Tensor add(Tensor other) {
    return Dispatch.apply(BinaryOp.ADD, (Tensor) this, other);
  }

  /// [#add(Tensor)] with a number.
  default Tensor add(Number other) {
    return Dispatch.apply(BinaryOp.ADD, (Tensor) this, Numbers.like((Tensor) this, other));
  }

  /// [#add(Tensor)] in place.
  default Tensor add_(Tensor other) {
    return InPlace.apply(BinaryOp.ADD, Numbers.NONE, (Tensor) this, other);
  }

  /// [#add(Number)] in place.
  default Tensor add_(Number other) {
    return InPlace.apply(
        BinaryOp.ADD, Numbers.NONE, (Tensor) this, Numbers.like((Tensor) this, other));
  }

  /// x - y; an error on bools.
  default Tensor sub(Tensor other) {
    return Dispatch.apply(BinaryOp.SUB, (Tensor) this, other);
  }

  /// [#sub(Tensor)] with a number.
  default Tensor sub(Number other) {
    return Dispatch.apply(BinaryOp.SUB, (Tensor) this, Numbers.like((Tensor) this, other));
  }

  /// [#sub(Tensor)] in place.
  default Tensor sub_(Tensor other) {
    return InPlace.apply(BinaryOp.SUB, Numbers.NONE, (Tensor) this, other);
  }

  /// [#sub(Number)] in place.
  default Tensor sub_(Number other) {
    return InPlace.apply(
        BinaryOp.SUB, Numbers.NONE, (Tensor) this, Numbers.like((Tensor) this, other));
  }

  /// x y; on bools, and.
  default Tensor mul(Tensor other) {
    return Dispatch.apply(BinaryOp.MUL, (Tensor) this, other);
  }

  /// [#mul(Tensor)] with a number.
  default Tensor mul(Number other) {
    return Dispatch.apply(BinaryOp.MUL, (Tensor) this, Numbers.like((Tensor) this, other));
  }

  /// [#mul(Tensor)] in place.
  default Tensor mul_(Tensor other) {
    return InPlace.apply(BinaryOp.MUL, Numbers.NONE, (Tensor) this, other);
  }

  /// [#mul(Number)] in place.
  default Tensor mul_(Number other) {
    return InPlace.apply(
        BinaryOp.MUL, Numbers.NONE, (Tensor) this, Numbers.like((Tensor) this, other));
  }

  /// x / y; integers become float32. Division by 0 gives infinities and NaN.
  default Tensor div(Tensor other) {
    return Dispatch.apply(BinaryOp.DIV, (Tensor) this, other);
  }

  /// [#div(Tensor)] with a number.
  default Tensor div(Number other) {
    return Dispatch.apply(BinaryOp.DIV, (Tensor) this, Numbers.like((Tensor) this, other));
  }

  /// [#div(Tensor)] in place.
  default Tensor div_(Tensor other) {
    return InPlace.apply(BinaryOp.DIV, Numbers.NONE, (Tensor) this, other);
  }

  /// [#div(Number)] in place.
  default Tensor div_(Number other) {
    return InPlace.apply(
        BinaryOp.DIV, Numbers.NONE, (Tensor) this, Numbers.like((Tensor) this, other));
  }

  /// The remainder with the divisor's sign, x - y ⌊x / y⌋; an integer divisor of 0 yields 0.
  default Tensor remainder(Tensor other) {
    return Dispatch.apply(BinaryOp.REMAINDER, (Tensor) this, other);
  }

  /// [#remainder(Tensor)] with a number.
  default Tensor remainder(Number other) {
    return Dispatch.apply(BinaryOp.REMAINDER, (Tensor) this, Numbers.like((Tensor) this, other));
  }

  /// [#remainder(Tensor)] in place.
  default Tensor remainder_(Tensor other) {
    return InPlace.apply(BinaryOp.REMAINDER, Numbers.NONE, (Tensor) this, other);
  }

  /// [#remainder(Number)] in place.
  default Tensor remainder_(Number other) {
    return InPlace.apply(
        BinaryOp.REMAINDER, Numbers.NONE, (Tensor) this, Numbers.like((Tensor) this, other));
  }

  /// The greater; NaN if either is. A tie halves the gradient.
  default Tensor maximum(Tensor other) {
    return Dispatch.apply(BinaryOp.MAXIMUM, (Tensor) this, other);
  }

  /// [#maximum(Tensor)] with a number.
  default Tensor maximum(Number other) {
    return Dispatch.apply(BinaryOp.MAXIMUM, (Tensor) this, Numbers.like((Tensor) this, other));
  }

  /// [#maximum(Tensor)] in place.
  default Tensor maximum_(Tensor other) {
    return InPlace.apply(BinaryOp.MAXIMUM, Numbers.NONE, (Tensor) this, other);
  }

  /// [#maximum(Number)] in place.
  default Tensor maximum_(Number other) {
    return InPlace.apply(
        BinaryOp.MAXIMUM, Numbers.NONE, (Tensor) this, Numbers.like((Tensor) this, other));
  }

  /// The lesser; NaN if either is. A tie halves the gradient.
  default Tensor minimum(Tensor other) {
    return Dispatch.apply(BinaryOp.MINIMUM, (Tensor) this, other);
  }

  /// [#minimum(Tensor)] with a number.
  default Tensor minimum(Number other) {
    return Dispatch.apply(BinaryOp.MINIMUM, (Tensor) this, Numbers.like((Tensor) this, other));
  }

  /// [#minimum(Tensor)] in place.
  default Tensor minimum_(Tensor other) {
    return InPlace.apply(BinaryOp.MINIMUM, Numbers.NONE, (Tensor) this, other);
  }

  /// [#minimum(Number)] in place.
  default Tensor minimum_(Number other) {
    return InPlace.apply(
        BinaryOp.MINIMUM, Numbers.NONE, (Tensor) this, Numbers.like((Tensor) this, other));
  }

  /// The angle of the point (y, x) = (this, other), in radians; the gradient at the origin is 0.
  default Tensor atan2(Tensor other) {
    return Dispatch.apply(BinaryOp.ATAN2, (Tensor) this, other);
  }

  /// [#atan2(Tensor)] with a number.
  default Tensor atan2(Number other) {
    return Dispatch.apply(BinaryOp.ATAN2, (Tensor) this, Numbers.like((Tensor) this, other));
  }

  /// [#atan2(Tensor)] in place.
  default Tensor atan2_(Tensor other) {
    return InPlace.apply(BinaryOp.ATAN2, Numbers.NONE, (Tensor) this, other);
  }

  /// [#atan2(Number)] in place.
  default Tensor atan2_(Number other) {
    return InPlace.apply(
        BinaryOp.ATAN2, Numbers.NONE, (Tensor) this, Numbers.like((Tensor) this, other));
  }

  /// x + `alpha` y.
  default Tensor add(Tensor other, Number alpha) {
    return Dispatch.apply(BinaryOp.ADD_SCALED, new Number[] {alpha}, (Tensor) this, other);
  }

  /// [#add(Tensor, Number)] in place.
  default Tensor add_(Tensor other, Number alpha) {
    return InPlace.apply(BinaryOp.ADD_SCALED, new Number[] {alpha}, (Tensor) this, other);
  }

  /// x - `alpha` y.
  default Tensor sub(Tensor other, Number alpha) {
    return Dispatch.apply(
        BinaryOp.SUB_SCALED, new Number[] {Numbers.negate(alpha)}, (Tensor) this, other);
  }

  /// [#sub(Tensor, Number)] in place.
  default Tensor sub_(Tensor other, Number alpha) {
    return InPlace.apply(
        BinaryOp.SUB_SCALED, new Number[] {Numbers.negate(alpha)}, (Tensor) this, other);
  }

  /// y - x, for a number on the left of the minus.
  default Tensor rsub(Number other) {
    return Dispatch.apply(BinaryOp.RSUB, (Tensor) this, Numbers.like((Tensor) this, other));
  }

  /// xʸ; the gradients where x is 0 are those of PyTorch: 0 for y = 0.
  default Tensor pow(Tensor exponent) {
    return Dispatch.apply(BinaryOp.POW, (Tensor) this, exponent);
  }

  /// xᵏ, by repeated multiplication for integral exponents up to 63, so that small integers are exact.
  ///
  /// @throws dev.adjoint.type.DTypeException for a negative integral power of integers
  default Tensor pow(Number exponent) {
    return Numbers.pow((Tensor) this, exponent);
  }

  /// [#pow(Tensor)] in place.
  default Tensor pow_(Tensor exponent) {
    return InPlace.apply(BinaryOp.POW, Numbers.NONE, (Tensor) this, exponent);
  }

  /// [#pow(Number)] in place.
  default Tensor pow_(Number exponent) {
    return Numbers.pow_((Tensor) this, exponent);
  }

  /// This where the condition holds, else the other.
  default Tensor where(Tensor condition, Tensor other) {
    return Dispatch.apply(TernaryOp.WHERE, condition, (Tensor) this, other);
  }

  /// [#where(Tensor, Tensor)] with a number.
  default Tensor where(Tensor condition, Number other) {
    return where(condition, Numbers.choice((Tensor) this, (Tensor) this, other));
  }

  /// x + w (end - x).
  default Tensor lerp(Tensor end, Tensor weight) {
    return Dispatch.apply(TernaryOp.LERP_TENSOR, (Tensor) this, end, weight);
  }

  /// [#lerp(Tensor, Tensor)] with one weight for all.
  default Tensor lerp(Tensor end, Number weight) {
    return Dispatch.apply(TernaryOp.LERP_NUMBER, new Number[] {weight}, (Tensor) this, end);
  }

  /// [#lerp(Tensor, Tensor)] in place.
  default Tensor lerp_(Tensor end, Tensor weight) {
    return InPlace.apply(TernaryOp.LERP_TENSOR, Numbers.NONE, (Tensor) this, end, weight);
  }

  /// [#lerp(Tensor, Number)] in place.
  default Tensor lerp_(Tensor end, Number weight) {
    return InPlace.apply(TernaryOp.LERP_NUMBER, new Number[] {weight}, (Tensor) this, end);
  }

  /// min(max(x, low), high) with bounds per element; a bound that holds an element takes its gradient.
  default Tensor clamp(Tensor low, Tensor high) {
    return Dispatch.apply(TernaryOp.CLAMP_TENSOR, (Tensor) this, low, high);
  }

  /// x + `value` a b.
  default Tensor addcmul(Tensor a, Tensor b, Number value) {
    return Dispatch.apply(TernaryOp.ADDCMUL, new Number[] {value}, (Tensor) this, a, b);
  }

  /// [#addcmul(Tensor, Tensor, Number)] with value 1.
  default Tensor addcmul(Tensor a, Tensor b) {
    return addcmul(a, b, 1);
  }

  /// [#addcmul(Tensor, Tensor, Number)] in place.
  default Tensor addcmul_(Tensor a, Tensor b, Number value) {
    return InPlace.apply(TernaryOp.ADDCMUL, new Number[] {value}, (Tensor) this, a, b);
  }

  /// x + `value` a / b.
  default Tensor addcdiv(Tensor a, Tensor b, Number value) {
    return Dispatch.apply(TernaryOp.ADDCDIV, new Number[] {value}, (Tensor) this, a, b);
  }

  /// [#addcdiv(Tensor, Tensor, Number)] with value 1.
  default Tensor addcdiv(Tensor a, Tensor b) {
    return addcdiv(a, b, 1);
  }

  /// [#addcdiv(Tensor, Tensor, Number)] in place.
  default Tensor addcdiv_(Tensor a, Tensor b, Number value) {
    return InPlace.apply(TernaryOp.ADDCDIV, new Number[] {value}, (Tensor) this, a, b);
  }

  /// A copy with the elements under a bool mask replaced; they pass no gradient.
  default Tensor maskedFill(Tensor mask, Tensor value) {
    return Numbers.maskedFill((Tensor) this, mask, value);
  }

  /// [#maskedFill(Tensor, Tensor)] with a number.
  default Tensor maskedFill(Tensor mask, Number value) {
    Tensor t = (Tensor) this;
    return Numbers.maskedFill(t, mask, Numbers.like(t, Numbers.fitting(value, t.dtype())));
  }

  /// [#maskedFill(Tensor, Tensor)] in place.
  default Tensor maskedFill_(Tensor mask, Tensor value) {
    return Numbers.maskedFill_((Tensor) this, mask, value);
  }

  /// [#maskedFill(Tensor, Number)] in place.
  default Tensor maskedFill_(Tensor mask, Number value) {
    Tensor t = (Tensor) this;
    return Numbers.maskedFill_(t, mask, Numbers.like(t, Numbers.fitting(value, t.dtype())));
  }

  /// [#addcmul(Tensor, Tensor)] in place.
  default Tensor addcmul_(Tensor a, Tensor b) {
    return addcmul_(a, b, 1);
  }

  /// [#addcdiv(Tensor, Tensor)] in place.
  default Tensor addcdiv_(Tensor a, Tensor b) {
    return addcdiv_(a, b, 1);
  }

  /// [#clamp(Tensor, Tensor)] in place.
  default Tensor clamp_(Tensor low, Tensor high) {
    return InPlace.apply(TernaryOp.CLAMP_TENSOR, Numbers.NONE, (Tensor) this, low, high);
  }
}
