package dev.adjoint.op;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;

/// Derivatives of powers: of the base, of the exponent, and of a base under a number.
final class Powers {
  private Powers() {}

  /// g k x^(k-1); 0 for k = 0 at any x.
  static Tensor ofScalarExponent(Tensor g, Saved s) {
    Number k = s.parameter(0);
    if (k.doubleValue() == 0) {
      return Tensors.zerosLike(g);
    }
    Number less =
        k instanceof Double || k instanceof Float ? k.doubleValue() - 1 : k.longValue() - 1;
    return g.mul(s.input(0).pow(less).mul(k));
  }

  /// g b a^(b-1); 0 where b = 0.
  static Tensor base(Tensor g, Saved s) {
    Tensor a = s.input(0);
    Tensor b = s.input(1);
    return g.mul(b.mul(a.pow(b.sub(1)))).maskedFill(b.eq(0), 0);
  }

  /// g y log a; 0 where a = 0 and b ≥ 0.
  static Tensor exponent(Tensor g, Saved s) {
    Tensor a = s.input(0);
    Tensor zero = a.eq(0).logicalAnd(s.input(1).ge(0));
    return g.mul(s.output().mul(a.log()).maskedFill(zero, 0));
  }
}
