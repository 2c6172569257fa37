package dev.adjoint.op;

import static dev.adjoint.op.Derivative.INPUT_0;
import static dev.adjoint.op.Derivative.INPUT_1;
import static dev.adjoint.op.Derivative.INPUT_2;
import static dev.adjoint.op.Derivative.NOTHING;
import static dev.adjoint.op.Elementwise.Typing.NUMBERS;
import static dev.adjoint.op.Elementwise.Typing.SAME;

import dev.adjoint.spi.Row;
import dev.adjoint.spi.Row.Family;
import dev.adjoint.type.DType;
import dev.adjoint.type.DTypeException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Operations on three arguments that stretch to one shape; a row gives a derivative for each that is a
/// tensor.
public enum TernaryOp implements Elementwise {
  WHERE(
      Family.SELECT,
      "WhereBackward0",
      SAME,
      null,
      Derivative.of(INPUT_0, (g, s) -> g.maskedFill(s.input(0).logicalNot(), 0)),
      Derivative.of(INPUT_0, (g, s) -> g.maskedFill(s.input(0), 0))),
  /// Inputs: what is filled, the mask, the value.
  MASKED_FILL(
      Family.SELECT,
      "MaskedFillBackward0",
      SAME,
      Derivative.of(INPUT_1, (g, s) -> g.maskedFill(s.input(1), 0)),
      null,
      Derivative.of(INPUT_1, (g, s) -> g.maskedFill(s.input(1).logicalNot(), 0))),
  // Its parameter is the weight, which no node has to save.
  LERP_NUMBER(
      Family.TERNARY,
      "LerpBackward0",
      NUMBERS,
      Derivative.of(NOTHING, (g, s) -> g.mul(1 - s.parameter(0).doubleValue())),
      Derivative.of(NOTHING, (g, s) -> g.mul(s.parameter(0)))),
  LERP_TENSOR(
      Family.TERNARY,
      "LerpBackward1",
      NUMBERS,
      Derivative.of(INPUT_2, (g, s) -> g.sub(g.mul(s.input(2)))),
      Derivative.of(INPUT_2, (g, s) -> g.mul(s.input(2))),
      Derivative.of(INPUT_0 | INPUT_1, (g, s) -> g.mul(s.input(1).sub(s.input(0))))),
  ADDCMUL(
      Family.QUATERNARY,
      "AddcmulBackward0",
      NUMBERS,
      Derivative.of(NOTHING, (g, s) -> g),
      Derivative.of(INPUT_2, (g, s) -> g.mul(s.input(2).mul(s.parameter(0)))),
      Derivative.of(INPUT_1, (g, s) -> g.mul(s.input(1).mul(s.parameter(0))))),
  ADDCDIV(
      Family.QUATERNARY,
      "AddcdivBackward0",
      NUMBERS,
      Derivative.of(NOTHING, (g, s) -> g),
      Derivative.of(INPUT_2, (g, s) -> g.mul(s.parameter(0)).div(s.input(2))),
      Derivative.of(
          INPUT_1 | INPUT_2,
          (g, s) -> g.mul(s.input(1).mul(s.parameter(0)).div(s.input(2).square())).neg())),
  CLAMP_TENSOR(
      Family.TERNARY,
      "ClampBackward0",
      NUMBERS,
      Derivative.of(
          INPUT_0 | INPUT_1 | INPUT_2,
          (g, s) ->
              g.maskedFill(
                  s.input(0).ge(s.input(1)).logicalAnd(s.input(0).le(s.input(2))).logicalNot(), 0)),
      Derivative.of(
          INPUT_0 | INPUT_1 | INPUT_2,
          (g, s) ->
              g.maskedFill(
                  s.input(0).lt(s.input(1)).logicalAnd(s.input(1).lt(s.input(2))).logicalNot(), 0)),
      Derivative.of(
          INPUT_0 | INPUT_1 | INPUT_2,
          (g, s) ->
              g.maskedFill(
                  s.input(0).gt(s.input(2)).logicalOr(s.input(1).gt(s.input(2))).logicalNot(), 0)));

  private final Row row;
  private final String node;
  private final Typing typing;

  // Never written; a list cannot hold the null of a condition.
  @SuppressWarnings("ImmutableEnumChecker")
  private final @Nullable Derivative[] derivatives;

  TernaryOp(Family family, String node, Typing typing, @Nullable Derivative... derivatives) {
    String name = name().toLowerCase(Locale.ROOT);
    this.row =
        family == Family.SELECT
            ? Row.WHERE
            : Row.of(family, name.replaceAll("_(tensor|number)", ""));
    this.node = node;
    this.typing = typing;
    this.derivatives = derivatives;
  }

  @Override
  public Row row() {
    return row;
  }

  @Override
  public boolean isParticular() {
    return isLerp() || this == ADDCDIV || this == WHERE;
  }

  @Override
  public void requireTypes(DType... types) {
    if (this == WHERE && types[0] != DType.BOOL) {
      throw new DTypeException(
          "where expected condition to be a boolean tensor, but got a tensor with dtype "
              + types[0].scalarType()
              + ". Compare first, for example condition.ne(0).");
    }
    if (isLerp() && types[0] != types[1]) {
      throw new DTypeException(
          "expected dtype "
              + types[0].scalarType().toLowerCase(Locale.ROOT)
              + " for `end` but got dtype "
              + types[1].scalarType().toLowerCase(Locale.ROOT)
              + ". Convert one with to(...).");
    }
    if (isLerp() && !types[0].isFloating()) {
      throw new DTypeException(
          "\"lerp_kernel_"
              + (this == LERP_NUMBER ? "scalar" : "tensor")
              + "\" not implemented for '"
              + types[0].scalarType()
              + "'. Convert with to(DType.FLOAT32) first.");
    }
    if (this == ADDCDIV && !types[1].isFloating() && !types[2].isFloating()) {
      throw new DTypeException(
          "Integer division with addcdiv is no longer supported. Convert tensor1 or tensor2 with"
              + " to(DType.FLOAT32) first, or use div and trunc.");
    }
  }

  private boolean isLerp() {
    return this == LERP_NUMBER || this == LERP_TENSOR;
  }

  @Override
  public int argument(int position) {
    return this == MASKED_FILL ? (position + 1) % 3 : position;
  }

  @Override
  public int condition() {
    return this == WHERE ? 0 : this == MASKED_FILL ? 1 : -1;
  }

  @Override
  public String node() {
    return node;
  }

  @Override
  public List<String> operands() {
    return switch (this) {
      case WHERE -> List.of("condition", "self", "other");
      case MASKED_FILL -> List.of("self", "mask", "value");
      case LERP_NUMBER -> List.of("self", "end");
      case LERP_TENSOR -> List.of("self", "end", "weight");
      case ADDCMUL, ADDCDIV -> List.of("self", "tensor1", "tensor2");
      case CLAMP_TENSOR -> List.of("self", "min", "max");
    };
  }

  @Override
  public Typing typing() {
    return typing;
  }

  @Override
  public @Nullable Derivative derivative(int input) {
    return derivatives[input];
  }
}
