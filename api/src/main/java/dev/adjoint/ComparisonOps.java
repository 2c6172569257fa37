package dev.adjoint;

import dev.adjoint.graph.Dispatch;
import dev.adjoint.host.Numbers;
import dev.adjoint.op.TestOp;

/// Questions about elements; results are bool tensors and outside the graph.
public sealed interface ComparisonOps permits Tensor {

  /// x = y; false for NaN.
  default Tensor eq(Tensor other) {
    return Dispatch.apply(TestOp.EQ, (Tensor) this, other);
  }

  /// [#eq(Tensor)] with a number.
  default Tensor eq(Number other) {
    return Dispatch.apply(TestOp.EQ, (Tensor) this, Numbers.like((Tensor) this, other));
  }

  /// x ≠ y; true for NaN.
  default Tensor ne(Tensor other) {
    return Dispatch.apply(TestOp.NE, (Tensor) this, other);
  }

  /// [#ne(Tensor)] with a number.
  default Tensor ne(Number other) {
    return Dispatch.apply(TestOp.NE, (Tensor) this, Numbers.like((Tensor) this, other));
  }

  /// x < y.
  default Tensor lt(Tensor other) {
    return Dispatch.apply(TestOp.LT, (Tensor) this, other);
  }

  /// [#lt(Tensor)] with a number.
  default Tensor lt(Number other) {
    return Dispatch.apply(TestOp.LT, (Tensor) this, Numbers.like((Tensor) this, other));
  }

  /// x ≤ y.
  default Tensor le(Tensor other) {
    return Dispatch.apply(TestOp.LE, (Tensor) this, other);
  }

  /// [#le(Tensor)] with a number.
  default Tensor le(Number other) {
    return Dispatch.apply(TestOp.LE, (Tensor) this, Numbers.like((Tensor) this, other));
  }

  /// x > y.
  default Tensor gt(Tensor other) {
    return Dispatch.apply(TestOp.GT, (Tensor) this, other);
  }

  /// [#gt(Tensor)] with a number.
  default Tensor gt(Number other) {
    return Dispatch.apply(TestOp.GT, (Tensor) this, Numbers.like((Tensor) this, other));
  }

  /// x ≥ y.
  default Tensor ge(Tensor other) {
    return Dispatch.apply(TestOp.GE, (Tensor) this, other);
  }

  /// [#ge(Tensor)] with a number.
  default Tensor ge(Number other) {
    return Dispatch.apply(TestOp.GE, (Tensor) this, Numbers.like((Tensor) this, other));
  }

  /// Both are not 0.
  default Tensor logicalAnd(Tensor other) {
    return Dispatch.apply(TestOp.LOGICAL_AND, (Tensor) this, other);
  }

  /// One or both are not 0.
  default Tensor logicalOr(Tensor other) {
    return Dispatch.apply(TestOp.LOGICAL_OR, (Tensor) this, other);
  }

  /// Exactly one is not 0.
  default Tensor logicalXor(Tensor other) {
    return Dispatch.apply(TestOp.LOGICAL_XOR, (Tensor) this, other);
  }

  /// x is 0.
  default Tensor logicalNot() {
    return Dispatch.apply(TestOp.LOGICAL_NOT, (Tensor) this);
  }

  /// x is NaN.
  default Tensor isnan() {
    return Dispatch.apply(TestOp.ISNAN, (Tensor) this);
  }

  /// x is an infinity.
  default Tensor isinf() {
    return Dispatch.apply(TestOp.ISINF, (Tensor) this);
  }

  /// x is neither an infinity nor NaN.
  default Tensor isfinite() {
    return Dispatch.apply(TestOp.ISFINITE, (Tensor) this);
  }
}
