package dev.adjoint.backend.cpu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// What Linux says about this machine's processor.
final class Processor {
  private static final List<String> V3 =
      List.of("avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe");
  private static final List<String> V4 =
      List.of("avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl");

  private Processor() {}

  /// The lines about the first processor; none where the system has none.
  static List<String> lines() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines.takeWhile(line -> !line.isEmpty()).toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  /// What stands behind a key, or nothing.
  static String value(List<String> lines, String key) {
    return lines.stream()
        .filter(line -> line.startsWith(key))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("");
  }

  /// The instructions that it has, by Linux's names.
  static List<String> flags(List<String> lines) {
    return List.of(value(lines, "flags").split(" "));
  }

  /// The endings of kernel libraries that run on it, the best one first: of x86-64's levels, and nothing.
  static List<String> levels(List<String> lines) {
    List<String> flags = flags(lines);
    if (!flags.containsAll(V3)) {
      return List.of("");
    }
    return flags.containsAll(V4) ? List.of("-v4", "-v3", "") : List.of("-v3", "");
  }
}
