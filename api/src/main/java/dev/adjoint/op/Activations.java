package dev.adjoint.op;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.graph.Dispatch;

/// Derivatives of activation functions that take more than a line.
final class Activations {
  private static final double DENSITY_AT_0 = 1 / Math.sqrt(2 * Math.PI);
  private static final double TANH_SCALE = Math.sqrt(2 / Math.PI);
  private static final double TANH_CUBIC = 0.044715;

  private Activations() {}

  /// Φ(x) + x φ(x)
  static Tensor gelu(Tensor g, Saved s) {
    return g.mul(Dispatch.apply(UnaryOp.GELU_SLOPE, s.input(0)));
  }

  /// φ(x) (2 - x²)
  static Tensor geluSlope(Tensor g, Saved s) {
    Tensor squared = s.input(0).square();
    Tensor density = squared.mul(-0.5).exp().mul(DENSITY_AT_0);
    return g.mul(density.mul(squared.rsub(2)));
  }

  /// d/dx of x/2 (1 + tanh(√(2/π) (x + 0.044715 x³)))
  static Tensor geluTanh(Tensor g, Saved s) {
    Tensor x = s.input(0);
    Tensor squared = x.square();
    Tensor t = x.mul(squared.mul(TANH_CUBIC).add(1)).mul(TANH_SCALE).tanh();
    Tensor inner = squared.mul(3 * TANH_CUBIC).add(1).mul(TANH_SCALE);
    Tensor slope = t.square().rsub(1).mul(x).mul(inner).mul(0.5);
    return g.mul(t.add(1).mul(0.5).add(slope));
  }

  /// σ(x) (1 + x (1 - σ(x)))
  static Tensor silu(Tensor g, Saved s) {
    Tensor x = s.input(0);
    Tensor y = x.sigmoid();
    return g.mul(y.mul(y.rsub(1).mul(x).add(1)));
  }

  /// 1 above 0, the slope at and below it, and for NaN.
  static Tensor leakyRelu(Tensor g, Saved s) {
    return Tensors.where(s.input(0).gt(0), g, g.mul(s.parameter(0)));
  }

  /// α eˣ at and below 0, else 1.
  static Tensor elu(Tensor g, Saved s) {
    Tensor x = s.input(0);
    return Tensors.where(x.le(0), g.mul(x.exp().mul(s.parameter(0))), g);
  }

  /// σ(βx), and 1 beyond the threshold where the function is linear.
  static Tensor softplus(Tensor g, Saved s) {
    Tensor scaled = s.input(0).mul(s.parameter(0));
    return Tensors.where(scaled.gt(s.parameter(1)), g, g.mul(scaled.sigmoid()));
  }

  /// 1 between the bounds and at them, else 0, and 0 for NaN.
  static Tensor clamp(Tensor g, Saved s) {
    Tensor x = s.input(0);
    Tensor inside = x.ge(s.parameter(0)).logicalAnd(x.le(s.parameter(1)));
    return g.maskedFill(inside.logicalNot(), 0);
  }
}
