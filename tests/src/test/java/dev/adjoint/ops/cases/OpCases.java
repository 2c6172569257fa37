package dev.adjoint.ops.cases;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Every row of every family. Each family has a test class of its own, so that they can run at the same
/// time: a device that compiles what it runs spends minutes on each.
public enum OpCases {
  UNARY(UnaryCases.rows(), UnaryCases.withNumbers(), UnaryCases.comparedWithNumbers()),
  BINARY(BinaryCases.rows()),
  TERNARY(BinaryCases.ofThree(), BinaryCases.choosing()),
  REDUCTION(
      ReductionCases.ofSeveral(),
      ReductionCases.spread(),
      ReductionCases.ofOne(),
      ReductionCases.undifferentiated(),
      ReductionCases.alongOne()),
  STRUCTURED(
      ViewCases.rows(),
      ViewCases.pieces(),
      IndexingCases.copies(),
      IndexingCases.lookups(),
      IndexingCases.scatters(),
      IndexingCases.joins(),
      MatrixCases.rows(),
      LossCases.rows()),
  LAYER(LayerCases.rows());

  private static final List<OpCase> ALL =
      Arrays.stream(values()).flatMap(family -> family.rows.stream()).toList();

  // Never written; rows hold lambdas, which nothing can prove immutable.
  @SuppressWarnings("ImmutableEnumChecker")
  private final List<OpCase> rows;

  @SafeVarargs
  OpCases(List<OpCase>... lists) {
    List<OpCase> all = new ArrayList<>();
    for (List<OpCase> list : lists) {
      all.addAll(list);
    }
    this.rows = List.copyOf(all);
  }

  /// The rows of this family.
  public List<OpCase> rows() {
    return rows;
  }

  public static List<OpCase> all() {
    return ALL;
  }
}
