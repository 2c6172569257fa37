package dev.adjoint.backend.opencl;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class SignalHandlersTest {

  /// Whatever test came first, the driver has been loaded when this ends.
  @Test
  void signalsStillGoToTheJvm() throws Exception {
    OnDevice.run(backend -> {
      OnDevice.ramp(backend, null, backend.allocate(400), 1, 100);
      backend.synchronize();
    });
    for (int signal : new int[] {1, 2, 11, 15}) {
      String owner = fileAt(SignalHandlers.handler(signal));
      assertTrue(owner.endsWith("libjvm.so"), signal + " goes to " + owner);
    }
  }

  @Test
  void whatChangesAHandlerIsUndone() {
    long before = SignalHandlers.handler(2);
    long during =
        SignalHandlers.keepDuring(() -> {
          ignore(2);
          return SignalHandlers.handler(2);
        });
    assertNotEquals(before, during);
    assertEquals(before, SignalHandlers.handler(2));
  }

  /// What a driver would do, by `signal(2)`; 1 is `SIG_IGN`.
  @SuppressWarnings("restricted")
  private static void ignore(int signal) {
    Linker linker = Linker.nativeLinker();
    MethodHandle set =
        linker.downcallHandle(
            linker.defaultLookup().find("signal").orElseThrow(),
            FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG));
    assertDoesNotThrow(() -> (long) set.invokeExact(signal, 1L));
  }

  /// What is mapped at an address, by the lines of `/proc/self/maps`: `from-to … path`.
  private static String fileAt(long address) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
      String[] range = line.split("[- ]", 3);
      long from = Long.parseUnsignedLong(range[0], 16);
      long to = Long.parseUnsignedLong(range[1], 16);
      if (Long.compareUnsigned(from, address) <= 0 && Long.compareUnsigned(address, to) < 0) {
        return line.substring(line.lastIndexOf(' ') + 1);
      }
    }
    return "nothing";
  }
}
