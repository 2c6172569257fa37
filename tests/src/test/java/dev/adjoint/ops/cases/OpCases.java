package dev.adjoint.ops.cases;

import java.util.List;
import java.util.stream.Stream;

/// Every row of every family.
public final class OpCases {

  private static final List<OpCase> ALL =
      Stream.of(
              UnaryCases.rows(),
              UnaryCases.withNumbers(),
              UnaryCases.comparedWithNumbers(),
              BinaryCases.rows(),
              BinaryCases.ofThree(),
              BinaryCases.choosing(),
              ReductionCases.ofSeveral(),
              ReductionCases.spread(),
              ReductionCases.ofOne(),
              ReductionCases.undifferentiated(),
              ReductionCases.alongOne(),
              ViewCases.rows(),
              ViewCases.pieces(),
              IndexingCases.copies(),
              IndexingCases.lookups(),
              IndexingCases.scatters(),
              IndexingCases.joins(),
              MatrixCases.rows(),
              LossCases.rows())
          .flatMap(List::stream)
          .toList();

  private OpCases() {}

  public static List<OpCase> all() {
    return ALL;
  }
}
