package dev.adjoint.backend.cpu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// What Linux says about this machine's processor.
final class Processor {
  private static final List<String> AVX2 = List.of("avx2", "fma", "f16c");

  /// What kernels for vectors of 512 bits are made of, ours and OpenBLAS's.
  static final List<String> AVX512 =
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

  /// The endings of kernel libraries that run on it, the best one first: of instruction sets, and nothing.
  static List<String> levels(List<String> lines) {
    List<String> flags = flags(lines);
    if (!flags.containsAll(AVX2)) {
      return List.of("");
    }
    return flags.containsAll(AVX512) ? List.of("-avx512", "-avx2", "") : List.of("-avx2", "");
  }
}
