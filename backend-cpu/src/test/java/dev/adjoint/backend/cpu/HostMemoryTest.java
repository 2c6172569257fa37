package dev.adjoint.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.type.DeviceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How much memory there is, from what Linux writes about it.
class HostMemoryTest {
  @TempDir private Path folder;

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  @Test
  void theGroupsLimitCountsWhereItIsLess() throws IOException {
    Path machine = file("meminfo", "MemFree:   7 kB\nMemTotal:       2048 kB\nSwapTotal: 9 kB\n");
    Path none = folder.resolve("absent");
    assertEquals(2 << 20, HostMemory.bytes(machine, List.of(none, file("free", "max\n"))));
    assertEquals(
        2 << 20, HostMemory.bytes(machine, List.of(file("more", "9223372036854771712\n"))));
    assertEquals(1000, HostMemory.bytes(machine, List.of(file("less", "1000\n"), none)));
  }

  @Test
  void whereNothingTellsTheErrorSaysWhatToDo() throws IOException {
    for (Path machine : List.of(folder.resolve("absent"), file("odd", "nothing\n"))) {
      DeviceException e =
          assertThrows(DeviceException.class, () -> HostMemory.bytes(machine, List.of()));
      assertTrue(e.getMessage().endsWith("Set the limit in bytes."), e::getMessage);
    }
  }

  @Test
  void thisMachineHasSome() {
    assertTrue(HostMemory.bytes() > 64 << 20);
  }
}
