package dev.adjoint.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Devices;
import dev.adjoint.ops.cases.OpCase;
import dev.adjoint.ops.cases.OpCases;
import dev.adjoint.type.Device;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Values and two orders of derivatives agree with PyTorch's and with finite differences, in every
/// arrangement of storage and at every size, for one family of operations; and `docs/ops.md` says so.
///
/// All that is asked of a family is one class, since classes share no compiled kernels when they run in
/// two processes.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class Conformance {
  private final OpCases family;

  Conformance(OpCases family) {
    this.family = family;
  }

  List<ConformanceRun> runs() {
    return ConformanceRun.of(family.rows());
  }

  List<FiniteDifferences.Row> differentiable() {
    return FiniteDifferences.of(family.rows());
  }

  List<VectorWidths.Row> elementwise() {
    return VectorWidths.of(family.rows());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("differentiable")
  void derivativeMatchesFiniteDifference(FiniteDifferences.Row row) {
    FiniteDifferences.checkFirst(row);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("differentiable")
  void secondDerivativeMatchesFiniteDifferenceOfTheFirst(FiniteDifferences.Row row) {
    FiniteDifferences.checkSecond(row);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("differentiable")
  void derivativesOfBothOrdersFollowSmallStepsInEveryLayout(FiniteDifferences.Row row) {
    LayoutGradients.check(row);
  }

  @ParameterizedTest(name = "{0}", allowZeroInvocations = true) // some families have none
  @MethodSource("elementwise")
  void elementsDoNotDependOnSizeOrArrangement(VectorWidths.Row row) {
    VectorWidths.check(row);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("runs")
  void valueGradientAndSecondGradientAgreeWithPyTorch(ConformanceRun run) {
    Outcome outcome = run.outcome();
    assertTrue(outcome.ran(Outcome.Aspect.VALUE), "nothing was compared");
    assertTrue(outcome.differences().isEmpty(), () -> run + ": " + outcome.report());
  }

  @Test
  @Tag("sources")
  void thePageSaysWhatWasFound() throws IOException {
    if (OpMatrix.isToBeWritten()) {
      return;
    }
    OpMatrix committed = OpMatrix.committed();
    for (Device device : Devices.present()) {
      for (OpCase row : family.rows()) {
        assertEquals(
            OpMatrix.cell(row, device),
            committed.cell(row, device.kind()),
            () -> row.op() + " on " + device + ": " + OpMatrix.STALE);
      }
    }
  }
}
