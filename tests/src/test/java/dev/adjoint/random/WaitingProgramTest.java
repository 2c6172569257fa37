package dev.adjoint.random;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adjoint.Scope;
import dev.adjoint.memory.Deferred;
import dev.adjoint.type.Device;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A program shows the same bits, versions and errors whether its results wait or not.
///
/// The property `adjoint.waiting.programs` says how many programs there are, and
/// `adjoint.waiting.first` the first one's seed.
class WaitingProgramTest {
  private static final int PROGRAMS = Integer.getInteger("adjoint.waiting.programs", 1500);
  private static final int FIRST = Integer.getInteger("adjoint.waiting.first", 0);

  @ParameterizedTest
  @MethodSource("dev.adjoint.Devices#presentAndChecked")
  void resultsThatWaitAreBitByBitThoseThatDoNot(Device device) {
    int programs = device.isCpu() ? PROGRAMS : PROGRAMS / 50;
    for (int seed = FIRST; seed < FIRST + programs; seed++) {
      int own = seed;
      List<String> expected = Deferred.atOnce(() -> run(own, device));
      assertEquals(expected, Deferred.waiting(() -> run(own, device)), "seed " + seed);
    }
  }

  private static List<String> run(int seed, Device device) {
    try (Scope _ = Scope.open()) {
      return new WaitingProgram(seed, device).run(50);
    }
  }
}
