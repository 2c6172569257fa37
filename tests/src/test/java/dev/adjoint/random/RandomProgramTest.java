package dev.adjoint.random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.memory.LiveBytes;
import dev.adjoint.type.Device;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Thousands of random programs show here what they show in PyTorch; see ADR 18.
class RandomProgramTest {
  private static final List<Program> PROGRAMS = Program.of("programs");
  private static final int MOST_PRINTED = 20;

  private final Map<Deviation, Integer> deviations = new EnumMap<>(Deviation.class);

  private static List<Program> each(int step) {
    return PROGRAMS.stream().filter(p -> p.seed() % step == 0).toList();
  }

  private void compare(List<Program> programs, Function<Program, @Nullable Difference> run) {
    List<Difference> differences = new ArrayList<>();
    for (Program program : programs) {
      Difference d = run.apply(program);
      Deviation deviation = d == null ? null : Deviation.of(d);
      if (deviation != null) {
        deviations.merge(deviation, 1, Integer::sum);
      } else if (d != null) {
        differences.add(d);
      }
    }
    int printed = Math.min(MOST_PRINTED, differences.size());
    assertEquals(
        0,
        differences.size(),
        () -> "of " + programs.size() + " programs: " + differences.subList(0, printed));
  }

  @Test
  void programsShowWhatTheyShowInPyTorch() {
    compare(PROGRAMS, p -> ProgramRun.of(p, Device.CPU));
    for (Deviation deviation : Deviation.values()) {
      int met = deviations.getOrDefault(deviation, 0);
      assertTrue(
          met > 0 && met <= deviation.atMost,
          () ->
              deviation
                  + " explains "
                  + met
                  + " programs, of at most "
                  + deviation.atMost
                  + " of "
                  + deviations);
    }
  }

  @Test
  void resultsThatWaitShowTheSame() {
    compare(each(3), p -> ProgramRun.deferred(p, Device.CPU));
  }

  @ParameterizedTest
  @MethodSource("dev.adjoint.Devices#besideTheCpu")
  void otherDevicesShowTheSame(Device device) {
    compare(each(device.kind().equals("checked") ? 20 : 60), p -> ProgramRun.of(p, device));
  }

  @ParameterizedTest
  @MethodSource("dev.adjoint.Devices#presentAndChecked")
  void nothingOfAProgramStaysBehind(Device device) {
    each(500)
        .forEach(p -> ProgramRun.of(p, device)); // what a thread keeps for its scalars is there
    long before = LiveBytes.settled(device);
    each(100).forEach(p -> ProgramRun.of(p, device));
    LiveBytes.fallBelow(device, before + 1, "after the programs");
  }
}
