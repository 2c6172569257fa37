package dev.adjoint.ops;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Devices;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Values and two orders of derivatives agree with PyTorch's, in every arrangement of storage.
@ExtendWith(AbsentDevices.class)
class OpConformanceTest {

  static List<ConformanceRun> runs() {
    return ConformanceRun.all();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("runs")
  void valueGradientAndSecondGradientAgreeWithPyTorch(ConformanceRun run) {
    Outcome outcome = run.outcome();
    assertTrue(outcome.ran(Outcome.Aspect.VALUE), "nothing was compared");
    assertTrue(outcome.differences().isEmpty(), () -> run + ": " + outcome.report());
  }

  @Test
  void everyDemandedDeviceIsPresent() {
    List<String> missing = Devices.missing();
    assertTrue(missing.isEmpty(), () -> missing + " must run here, but: " + Devices.absent());
  }
}
