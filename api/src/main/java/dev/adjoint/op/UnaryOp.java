package dev.adjoint.op;

import static dev.adjoint.op.Derivative.INPUT_0;
import static dev.adjoint.op.Derivative.NOTHING;
import static dev.adjoint.op.Derivative.OUTPUT;
import static dev.adjoint.op.Elementwise.Typing.FLOATING;
import static dev.adjoint.op.Elementwise.Typing.NUMBERS;
import static dev.adjoint.op.Elementwise.Typing.SAME;

import dev.adjoint.Tensors;
import dev.adjoint.spi.Row;
import dev.adjoint.spi.Row.Family;
import dev.adjoint.type.DType;
import dev.adjoint.type.DTypeException;
import java.util.Locale;

/// Operations on one tensor, some with numbers beside it: each row says the kernel row's family, the
/// node's name, the types taken, what is saved, and the derivative.
///
/// In the rows, `g` is the result's gradient and `s` what was saved.
public enum UnaryOp implements Elementwise {
  NEG("Neg", NUMBERS, NOTHING, (g, s) -> g.neg()),
  ABS("Abs", NUMBERS, INPUT_0, (g, s) -> g.mul(s.input(0).sign())),
  SIGN("Sign", SAME, NOTHING, (g, s) -> Tensors.zerosLike(g)),
  EXP("Exp", FLOATING, OUTPUT, (g, s) -> g.mul(s.output())),
  EXPM1("Expm1", FLOATING, OUTPUT, (g, s) -> g.mul(s.output().add(1))),
  LOG("Log", FLOATING, INPUT_0, (g, s) -> g.div(s.input(0))),
  LOG1P("Log1P", FLOATING, INPUT_0, (g, s) -> g.div(s.input(0).add(1))),
  LOG2("Log2", FLOATING, INPUT_0, (g, s) -> g.div(s.input(0).mul(Math.log(2)))),
  SQRT("Sqrt", FLOATING, OUTPUT, (g, s) -> g.div(s.output().mul(2))),
  RSQRT("Rsqrt", FLOATING, OUTPUT, (g, s) -> g.mul(s.output().pow(3)).mul(-0.5)),
  RECIPROCAL("Reciprocal", FLOATING, OUTPUT, (g, s) -> g.neg().mul(s.output().square())),
  SIN("Sin", FLOATING, INPUT_0, (g, s) -> g.mul(s.input(0).cos())),
  COS("Cos", FLOATING, INPUT_0, (g, s) -> g.mul(s.input(0).sin()).neg()),
  TAN("Tan", FLOATING, OUTPUT, (g, s) -> g.mul(s.output().square().add(1))),
  SINH("Sinh", FLOATING, INPUT_0, (g, s) -> g.mul(s.input(0).cosh())),
  COSH("Cosh", FLOATING, INPUT_0, (g, s) -> g.mul(s.input(0).sinh())),
  TANH("Tanh", FLOATING, OUTPUT, (g, s) -> g.mul(s.output().square().rsub(1))),
  SIGMOID("Sigmoid", FLOATING, OUTPUT, (g, s) -> g.mul(s.output()).mul(s.output().rsub(1))),
  // A NaN input passes its gradient on, as in PyTorch: it is not <= 0.
  RELU("Relu", NUMBERS, OUTPUT, (g, s) -> g.maskedFill(s.output().le(0), 0)),
  ERF(
      "Erf",
      FLOATING,
      INPUT_0,
      (g, s) -> g.mul(s.input(0).square().neg().exp()).mul(2 / Math.sqrt(Math.PI))),
  GELU("Gelu", FLOATING, INPUT_0, Activations::gelu),
  GELU_SLOPE("GeluSlope", FLOATING, INPUT_0, Activations::geluSlope),
  GELU_TANH("Gelu", FLOATING, INPUT_0, Activations::geluTanh),
  LOG_SIGMOID("LogSigmoid", FLOATING, INPUT_0, (g, s) -> g.mul(s.input(0).neg().sigmoid())),
  SILU("Silu", FLOATING, INPUT_0, Activations::silu),
  FLOOR("Floor", SAME, NOTHING, (g, s) -> Tensors.zerosLike(g)),
  CEIL("Ceil", SAME, NOTHING, (g, s) -> Tensors.zerosLike(g)),
  ROUND("Round", SAME, NOTHING, (g, s) -> Tensors.zerosLike(g)),
  TRUNC("Trunc", SAME, NOTHING, (g, s) -> Tensors.zerosLike(g)),
  CAST(Row.CAST, "ToCopyBackward0", SAME, NOTHING, (g, s) -> g),
  CLONE(Row.CAST, "CloneBackward0", SAME, NOTHING, (g, s) -> g),

  // With numbers: the exponent, the slope, alpha; the bounds; beta and the threshold.
  SQUARE("Pow", NUMBERS, INPUT_0, (g, s) -> g.mul(s.input(0).mul(2))),
  CUBE("Pow", NUMBERS, INPUT_0, (g, s) -> g.mul(s.input(0).square().mul(3))),
  SQUARE_ROOT(
      Row.of(Family.UNARY, "sqrt"),
      "PowBackward0",
      FLOATING,
      INPUT_0,
      (g, s) -> g.mul(s.input(0).pow(-0.5).mul(0.5))),
  INVERSE_ROOT(
      Row.of(Family.UNARY, "rsqrt"),
      "PowBackward0",
      FLOATING,
      INPUT_0,
      (g, s) -> g.mul(s.input(0).pow(-1.5).mul(-0.5))),
  POW_INT(Family.BINARY, "Pow", FLOATING, INPUT_0, Powers::ofScalarExponent),
  POW(Family.BINARY, "Pow", NUMBERS, INPUT_0, Powers::ofScalarExponent),
  LEAKY_RELU(Family.BINARY, "LeakyRelu", FLOATING, INPUT_0, Activations::leakyRelu),
  ELU(Family.BINARY, "Elu", FLOATING, INPUT_0, Activations::elu),
  SOFTPLUS(Family.TERNARY, "Softplus", FLOATING, INPUT_0, Activations::softplus),
  CLAMP(Row.of(Family.TERNARY, "clamp"), "ClampBackward1", NUMBERS, INPUT_0, Activations::clamp),
  CLAMP_MIN(
      Row.of(Family.BINARY, "clamp_min"),
      "ClampMinBackward0",
      NUMBERS,
      INPUT_0,
      (g, s) -> g.maskedFill(s.input(0).ge(s.parameter(0)).logicalNot(), 0)),
  CLAMP_MAX(
      Row.of(Family.BINARY, "clamp_max"),
      "ClampMaxBackward0",
      NUMBERS,
      INPUT_0,
      (g, s) -> g.maskedFill(s.input(0).le(s.parameter(0)).logicalNot(), 0)),
  NAN_TO_NUM(
      Family.QUATERNARY,
      "NanToNum",
      SAME,
      INPUT_0,
      (g, s) -> g.maskedFill(s.input(0).isfinite().logicalNot(), 0)),
  ;

  private final Row row;
  private final String node;
  private final Typing typing;
  private final Derivative derivative;

  UnaryOp(String name, Typing typing, int saves, Derivative.Formula formula) {
    this(Family.UNARY, name, typing, saves, formula);
  }

  UnaryOp(Family family, String name, Typing typing, int saves, Derivative.Formula formula) {
    this.row = Row.of(family, name().toLowerCase(Locale.ROOT));
    this.node = name + "Backward0";
    this.typing = typing;
    this.derivative = Derivative.of(saves, formula);
  }

  UnaryOp(Row row, String node, Typing typing, int saves, Derivative.Formula formula) {
    this.row = row;
    this.node = node;
    this.typing = typing;
    this.derivative = Derivative.of(saves, formula);
  }

  @Override
  public boolean isParticular() {
    return this == NEG;
  }

  @Override
  public void requireTypes(DType... types) {
    if (types[0] == DType.BOOL) {
      throw new DTypeException(
          "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a"
              + " mask, use the `~` or `logical_not()` operator instead. In Adjoint: logicalNot.");
    }
  }

  @Override
  public Row row() {
    return row;
  }

  @Override
  public String node() {
    return node;
  }

  @Override
  public Typing typing() {
    return typing;
  }

  @Override
  public Derivative derivative(int input) {
    return derivative;
  }

  /// Integers already are what rounding would make of them.
  public boolean isIdentityOn(DType type) {
    return !type.isFloating()
        && (this == FLOOR || this == CEIL || this == ROUND || this == TRUNC || this == NAN_TO_NUM);
  }
}
