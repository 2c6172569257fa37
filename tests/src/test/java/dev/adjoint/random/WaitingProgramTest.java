package dev.adjoint.random;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adjoint.Scope;
import dev.adjoint.memory.Deferred;
import dev.adjoint.type.Device;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A program shows the same bits, versions and errors however long its results wait.
@ExtendWith(Deferred.class)
class WaitingProgramTest {
  private static final int PROGRAMS = 1500;

  @ParameterizedTest
  @MethodSource("dev.adjoint.Devices#presentAndChecked")
  void resultsThatWaitAreBitByBitThoseThatDoNot(Device device) {
    int programs = device.isCpu() ? PROGRAMS : PROGRAMS / 50;
    for (int seed = 0; seed < programs; seed++) {
      assertEquals(run(seed, device, true), run(seed, device, false), "seed " + seed);
    }
  }

  private static List<String> run(int seed, Device device, boolean readsAll) {
    try (Scope _ = Scope.open()) {
      return new WaitingProgram(seed, device, readsAll).run(40);
    }
  }
}
