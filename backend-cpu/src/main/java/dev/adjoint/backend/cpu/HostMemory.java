package dev.adjoint.backend.cpu;

import dev.adjoint.type.DeviceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How much memory this process may have, as Linux tells: the machine's, or what a container's group is
/// allowed.
final class HostMemory {
  private static final Path MACHINE = Path.of("/proc/meminfo");
  private static final List<Path> GROUPS =
      List.of(
          Path.of("/sys/fs/cgroup/memory.max"),
          Path.of("/sys/fs/cgroup/memory/memory.limit_in_bytes"));

  private HostMemory() {}

  static long bytes() {
    return bytes(MACHINE, GROUPS);
  }

  static long bytes(Path machine, List<Path> groups) {
    try {
      long least = Long.MAX_VALUE;
      for (String line : Files.readAllLines(machine)) {
        least = line.startsWith("MemTotal:") ? number(line) << 10 : least;
      }
      for (Path group : groups) {
        String most = Files.isReadable(group) ? Files.readString(group) : "";
        // "max" where the group has no limit of its own.
        least = most.matches("\\d{1,18}\\s*") ? Math.min(least, number(most)) : least;
      }
      if (least < Long.MAX_VALUE) {
        return least;
      }
    } catch (IOException e) {
      throw unknown(machine, e);
    }
    throw unknown(machine, null);
  }

  private static long number(String line) {
    return Long.parseLong(line.replaceAll("\\D", ""));
  }

  private static DeviceException unknown(Path machine, @Nullable IOException cause) {
    DeviceException e =
        new DeviceException(
            "cpu: " + machine + " does not tell how much memory there is. Set the limit in bytes.");
    e.initCause(cause);
    return e;
  }
}
