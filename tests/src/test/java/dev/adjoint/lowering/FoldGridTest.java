package dev.adjoint.lowering;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.spi.Buffer;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;
import dev.adjoint.spi.Program;
import dev.adjoint.spi.Reducer;
import dev.adjoint.type.DType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Which lane folds what.
class FoldGridTest {
  private static final Buffer MEMORY = () -> Long.MAX_VALUE;
  private static final Program COPY =
      Program.of(List.of(DType.FLOAT32), List.of(), List.of(), List.of(0));

  private static FoldGrid grid(long kept, long folded, long keptStep, long foldedStep, int lanes) {
    Operand input = new Operand(MEMORY, 0, new long[] {keptStep, foldedStep});
    Operand output = new Operand(MEMORY, 0, new long[] {1});
    Launch.Fold launch =
        new Launch.Fold(
            "sum",
            Reducer.SUM,
            COPY,
            new long[] {kept, folded},
            1,
            new Operand[] {input, output},
            new long[0]);
    return FoldGrid.of(launch, lanes);
  }

  @ParameterizedTest
  @CsvSource({
    "1,1,256",
    "1,0,256",
    "1,16777216,256",
    "1,1000,64",
    "7,3,256",
    "1000000,2,256",
    "10,100000,1",
    "300,70000,32",
    "65536,65536,256",
    "1,127,128"
  })
  void blocksCoverEveryElementOnce(long kept, long folded, int lanes) {
    for (FoldGrid grid :
        List.of(grid(kept, folded, folded, 1, lanes), grid(kept, folded, 1, kept, lanes))) {
      assertTrue(grid.blocks() >= 1 && grid.block() >= 1, grid::toString);
      assertTrue(grid.blocks() * grid.block() >= folded, grid::toString);
      assertTrue((grid.blocks() - 1) * grid.block() < Math.max(folded, 1), grid::toString);
      assertEquals(1, Long.bitCount(grid.columns()), grid::toString);
      assertTrue(grid.columns() <= lanes, grid::toString);
      assertEquals(Math.ceilDiv(kept, grid.columns()) * grid.blocks(), grid.groups());
      assertEquals(1, grid.join(lanes).blocks());
    }
  }

  @Test
  void lanesSideBySideReadMemorySideBySide() {
    assertFalse(grid(1000, 1000, 1000, 1, 256).keptFirst(), "rows are folded");
    assertTrue(grid(1000, 1000, 1, 1000, 256).keptFirst(), "columns are folded");
    assertTrue(grid(1000, 1000, 1, 1000, 256).columns() >= 32);
  }

  @Test
  void lanesTakePacksWhereEachHasSome() {
    assertEquals(4, grid(1000, 1024, 1024, 1, 256).pack());
    assertEquals(0, grid(1, 1 << 24, 0, 1, 256).block() % (4 * 256));
    assertEquals(1, grid(1000, 1023, 1023, 1, 256).pack(), "some lanes would have none");
    assertEquals(1, grid(1000, 1024, 1, 1000, 256).pack(), "neighbours are another result's");
  }

  @Test
  void aLongSumOfOneResultKeepsManyGroupsBusy() {
    assertTrue(grid(1, 1 << 24, 0, 1, 256).groups() >= 256);
    assertEquals(1, grid(1, 100, 0, 1, 256).groups(), "a short one does not");
  }
}
