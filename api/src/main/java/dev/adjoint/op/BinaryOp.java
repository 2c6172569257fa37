package dev.adjoint.op;

import static dev.adjoint.op.Derivative.INPUT_0;
import static dev.adjoint.op.Derivative.INPUT_1;
import static dev.adjoint.op.Derivative.NOTHING;
import static dev.adjoint.op.Derivative.OUTPUT;
import static dev.adjoint.op.Elementwise.Typing.FLOATING;
import static dev.adjoint.op.Elementwise.Typing.NUMBERS;
import static dev.adjoint.op.Elementwise.Typing.SAME;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.graph.Dispatch;
import dev.adjoint.spi.Row;
import dev.adjoint.spi.Row.Family;
import dev.adjoint.type.DType;
import dev.adjoint.type.DTypeException;
import java.util.List;
import java.util.Locale;

/// Operations on two tensors that stretch to one shape; either may be a number. Each row gives the
/// derivative of the left operand, then of the right one.
public enum BinaryOp implements Elementwise {
  ADD("AddBackward0", SAME, NOTHING, (g, s) -> g, NOTHING, (g, s) -> g),
  ADD_SCALED(
      "AddBackward0", NUMBERS, NOTHING, (g, s) -> g, NOTHING, (g, s) -> g.mul(s.parameter(0))),
  SUB("SubBackward0", NUMBERS, NOTHING, (g, s) -> g, NOTHING, (g, s) -> g.neg()),
  // Its parameter is -alpha, so that one kernel row serves both.
  SUB_SCALED(
      "SubBackward0", NUMBERS, NOTHING, (g, s) -> g, NOTHING, (g, s) -> g.mul(s.parameter(0))),
  RSUB("RsubBackward1", NUMBERS, NOTHING, (g, s) -> g.neg(), NOTHING, (g, s) -> g),
  MUL(
      "MulBackward0",
      SAME,
      INPUT_1,
      (g, s) -> g.mul(s.input(1)),
      INPUT_0,
      (g, s) -> g.mul(s.input(0))),
  DIV(
      "DivBackward0",
      FLOATING,
      INPUT_1,
      (g, s) -> g.div(s.input(1)),
      INPUT_0 | INPUT_1,
      (g, s) -> g.neg().mul(s.input(0).div(s.input(1)).div(s.input(1)))),
  POW(
      "PowBackward1",
      NUMBERS,
      INPUT_0 | INPUT_1,
      Powers::base,
      INPUT_0 | INPUT_1 | OUTPUT,
      Powers::exponent),
  /// ⌊x / y⌋ from the exact remainder, for the gradient of the divisor; flat everywhere.
  FLOOR_DIV(
      "DivBackward1",
      NUMBERS,
      NOTHING,
      (g, s) -> Tensors.zerosLike(g),
      NOTHING,
      (g, s) -> Tensors.zerosLike(g)),
  REMAINDER(
      "RemainderBackward1",
      NUMBERS,
      NOTHING,
      (g, s) -> g,
      INPUT_0 | INPUT_1,
      (g, s) -> g.neg().mul(Dispatch.apply(FLOOR_DIV, s.input(0), s.input(1)))),
  MAXIMUM(
      "MaximumBackward0",
      SAME,
      INPUT_0 | INPUT_1,
      (g, s) -> winner(g, s, 0),
      INPUT_0 | INPUT_1,
      (g, s) -> winner(g, s, 1)),
  MINIMUM(
      "MinimumBackward0",
      SAME,
      INPUT_0 | INPUT_1,
      (g, s) -> winner(g, s, 1),
      INPUT_0 | INPUT_1,
      (g, s) -> winner(g, s, 0)),
  ATAN2(
      "Atan2Backward0",
      FLOATING,
      INPUT_0 | INPUT_1,
      (g, s) -> g.mul(angular(s.input(1), s)),
      INPUT_0 | INPUT_1,
      (g, s) -> g.mul(angular(s.input(0).neg(), s)));

  private final Row row;
  private final String node;
  private final Typing typing;
  private final Derivative left;
  private final Derivative right;

  BinaryOp(
      String node,
      Typing typing,
      int savesLeft,
      Derivative.Formula left,
      int savesRight,
      Derivative.Formula right) {
    this.row =
        switch (name()) {
          case "ADD_SCALED", "SUB_SCALED" -> Row.of(Family.TERNARY, "add_scaled");
          case "RSUB" -> Row.of(Family.BINARY, "sub");
          default -> Row.of(Family.BINARY, name().toLowerCase(Locale.ROOT));
        };
    this.node = node;
    this.typing = typing;
    this.left = Derivative.of(savesLeft, left);
    this.right = Derivative.of(savesRight, right);
  }

  /// All of the gradient where the left (0) or the right (1) operand is greater, half of it at ties; a
  /// NaN on either side is neither less nor equal, so both sides get all, as in PyTorch.
  private static Tensor winner(Tensor g, Saved s, int side) {
    Tensor a = s.input(0);
    Tensor b = s.input(1);
    Tensor half = g.div(2);
    Tensor loses = side == 0 ? a.lt(b) : a.gt(b);
    return Tensors.where(a.eq(b), half, g).maskedFill(loses, 0);
  }

  /// x / (a² + b²), 0 at the origin.
  private static Tensor angular(Tensor x, Saved s) {
    Tensor norm = s.input(0).square().add(s.input(1).square());
    return x.div(norm).maskedFill(norm.eq(0), 0);
  }

  @Override
  public Row row() {
    return row;
  }

  @Override
  public boolean isParticular() {
    return this == SUB || this == SUB_SCALED || this == RSUB;
  }

  @Override
  public void requireTypes(DType... types) {
    boolean both = types[0] == DType.BOOL && types[1] == DType.BOOL;
    if (both) {
      throw new DTypeException(
          "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or"
              + " `logical_xor()` operator instead. In Adjoint: logicalXor.");
    }
    if (types[0] == DType.BOOL || types[1] == DType.BOOL) {
      throw new DTypeException(
          "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to"
              + " invert a mask, use the `~` or `logical_not()` operator instead. In Adjoint:"
              + " logicalNot.");
    }
  }

  @Override
  public int argument(int position) {
    return this == RSUB ? 1 - position : position;
  }

  @Override
  public String node() {
    return node;
  }

  @Override
  public List<String> operands() {
    return List.of("self", this == POW ? "exponent" : "other");
  }

  @Override
  public Typing typing() {
    return typing;
  }

  @Override
  public Derivative derivative(int input) {
    return input == 0 ? left : right;
  }
}
