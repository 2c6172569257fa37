package dev.adjoint.op;

import dev.adjoint.spi.Row;
import dev.adjoint.spi.Row.Family;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Questions about elements, answered by bools; none is differentiable.
public enum TestOp implements Elementwise {
  EQ(Family.COMPARE),
  NE(Family.COMPARE),
  LT(Family.COMPARE),
  LE(Family.COMPARE),
  GT(Family.COMPARE),
  GE(Family.COMPARE),
  LOGICAL_AND(Family.COMPARE),
  LOGICAL_OR(Family.COMPARE),
  LOGICAL_XOR(Family.COMPARE),
  LOGICAL_NOT(Family.PREDICATE),
  ISNAN(Family.PREDICATE),
  ISINF(Family.PREDICATE),
  ISFINITE(Family.PREDICATE);

  private final Row row;

  TestOp(Family family) {
    this.row = Row.of(family, name().toLowerCase(Locale.ROOT));
  }

  @Override
  public Row row() {
    return row;
  }

  /// Never a node; the name that messages use.
  @Override
  public String node() {
    return row.name();
  }

  @Override
  public Typing typing() {
    return Typing.SAME;
  }

  @Override
  public @Nullable Derivative derivative(int input) {
    return null;
  }
}
