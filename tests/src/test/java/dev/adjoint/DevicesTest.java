package dev.adjoint;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Runs after all others, in a process of its own: says which devices they did not run on, and why.
@Tag("last")
class DevicesTest {

  @AfterAll
  static void report() {
    Devices.absent().forEach((name, why) -> System.out.println(line(name, why)));
  }

  private static String line(String name, String why) {
    String reason = why.lines().findFirst().orElse("").replaceFirst("^" + name + ": ", "");
    return name.replaceFirst(":.*", "") + ": not run, " + reason;
  }

  @Test
  void everyDemandedDeviceIsPresent() {
    List<String> missing = Devices.missing();
    assertTrue(missing.isEmpty(), () -> missing + " must run here, but: " + Devices.absent());
  }
}
