package dev.adjoint.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class GrowthTest {
  private static final double UNUSED = Double.NaN;

  @Test
  void thereIsFourTimesAndASixteenthOfTheWork() {
    assertEquals(1 << 20, Work.ADD.sizeAt(1.0 / 16));
    assertEquals(256, Work.CROSS_ENTROPY.sizeAt(1.0 / 16));
    assertEquals(8192, Work.ROW_SUMS.sizeAt(4));
    for (Work work : Work.values()) {
      assertEquals(work.size(), work.sizeAt(1), work.name());
    }
  }

  @Test
  void productsHaveSidesOfWholeVectorsAndAreCountedByTheirCube() {
    assertEquals(1624, Work.MATMUL_1024.sizeAt(4));
    assertEquals(104, Work.MATMUL_256.sizeAt(1.0 / 16));
    assertEquals(8, Work.MATMUL_256.units(512) / Work.MATMUL_256.units(256));
  }

  @Test
  void aSixteenthOfTenOperationsIsOne() {
    assertEquals(1, Work.SCALARS.sizeAt(1.0 / 16));
  }

  @Test
  void costIsTheTimeOfAUnit() {
    Growth growth = growth(times(2, 16, 96), times(1, 16, 64));
    assertEquals(2, growth.cost(0));
    assertEquals(1, growth.cost(1));
    assertEquals(1.5, growth.cost(2));
  }

  @Test
  void linearCostIsNoCliff() {
    assertEquals("ok", growth(times(1, 16, 64), times(3, 48, 192)).verdict());
  }

  @Test
  void callsThatBothSidesHaveAreNoCliff() {
    assertEquals("ok", growth(times(10, 26, 74), times(100, 115, 163)).verdict());
  }

  @Test
  void cachesThatBothSidesLeaveAreNoCliff() {
    assertEquals("ok", growth(times(1, 16, 320), times(2, 32, 600)).verdict());
  }

  @Test
  void dearerUnitsOfLargeWorkAreACliff() {
    assertEquals("cliff at 4", growth(times(1, 16, 97), times(1, 16, 64)).verdict());
    assertEquals("cliff at 1, 4", growth(times(1, 32, 320), times(1, 16, 64)).verdict());
  }

  @Test
  void dearerUnitsOfSmallWorkAreACliff() {
    assertEquals("cliff at 1/16", growth(times(2, 16, 64), times(1, 16, 64)).verdict());
    assertEquals("cliff at 1/16, 1", growth(times(8, 32, 64), times(1, 16, 64)).verdict());
  }

  @Test
  void aSideThatGetsCheaperMakesNoCliffOfTheOther() {
    assertEquals("ok", growth(times(1, 16, 64), times(1, 4, 4)).verdict());
  }

  @Test
  void aloneTheCostDecides() {
    assertEquals("cliff at 4", growth(times(1, 16, 97), List.of()).verdict());
    assertEquals("cliff at 4", growth(times(1, 16, 97), times(1, 16, UNUSED)).verdict());
    assertEquals("ok", growth(times(1, 16, 95), List.of()).verdict());
  }

  @Test
  void unsteadyTimesAreMarked() {
    List<Line> lines = new ArrayList<>(growth(times(1, 16, 64), List.of()).lines());
    lines.set(2, line(64, List.of(), false));
    assertEquals("ok ?", new Growth(Work.ADD, lines).verdict());
  }

  @Test
  void aRowShowsTheCostsAndTheRatios() {
    String row = growth(times(2, 16, 96), times(4, 16, 48)).row();
    assertEquals(
        List.of("x + y, 16M floats", "0.02 µs", "2.00", "1.50", "0.50", "1.00", "2.00", "ok"),
        Arrays.stream(row.split("\\|", -1)).map(String::strip).filter(c -> !c.isEmpty()).toList());
  }

  private static List<Double> times(double sixteenth, double usual, double four) {
    return List.of(sixteenth, usual, four);
  }

  private static Growth growth(List<Double> ours, List<Double> theirs) {
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < ours.size(); i++) {
      lines.add(line(ours.get(i), theirs.isEmpty() ? List.of() : List.of(theirs.get(i)), true));
    }
    return new Growth(Work.ADD, lines);
  }

  private static Line line(double ours, List<Double> theirs, boolean steady) {
    List<Double> values = new ArrayList<>(List.of(ours));
    values.addAll(theirs);
    List<Double> ratios = theirs.stream().map(t -> ours / t).toList();
    return new Line("", "", values, ratios, Double.NaN, 1, Line.Kind.TIMES, steady);
  }
}
