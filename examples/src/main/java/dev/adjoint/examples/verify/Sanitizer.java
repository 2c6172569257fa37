package dev.adjoint.examples.verify;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// NVIDIA's `compute-sanitizer`, which watches the kernels of the program that it starts. Its options are
/// those of CUDA 13.
public final class Sanitizer {
  /// What it can look for.
  public enum Tool {
    MEMCHECK,
    RACECHECK,
    INITCHECK,
    SYNCCHECK;

    @Override
    public String toString() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  private static final String NAME = "compute-sanitizer";
  private static final String FAILED = "86";
  private static final int FIRST_PORT = 49152;

  /// From one process's to the next's: each takes up to 10.
  private static final int PORTS = 16;

  private Sanitizer() {}

  /// The words before a command.
  ///
  /// @param process which of those that run at once, counted from 0: each talks to its watcher by ports
  /// @throws IllegalArgumentException when it is not on this machine
  public static List<String> prefix(Tool tool, int process) {
    List<Path> folders = folders();
    Path program =
        folders.stream()
            .map(folder -> folder.resolve(NAME))
            .filter(Files::isExecutable)
            .findFirst()
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "no " + NAME + " in " + folders + ". It comes with the CUDA toolkit."));
    List<String> words = new ArrayList<>(List.of(program.toString(), "--tool", tool.toString()));
    if (tool == Tool.RACECHECK) { // of what lanes share: elementwise kernels share nothing
      words.addAll(List.of("--kernel-name-exclude", "kns=elementwise_"));
      words.addAll(List.of("--racecheck-num-workers", "1"));
    }
    words.addAll(List.of("--port", Integer.toString(FIRST_PORT + process * PORTS)));
    words.addAll(List.of("--error-exitcode", FAILED));
    return words;
  }

  private static List<Path> folders() {
    List<Path> out = new ArrayList<>();
    for (String folder : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
      out.add(Path.of(folder));
    }
    Stream.of("CUDA_HOME", "CUDA_PATH")
        .map(System.getenv()::get)
        .filter(home -> home != null && !home.isEmpty())
        .forEach(home -> addToolkit(out, Path.of(home)));
    addToolkit(out, Path.of("/usr/local/cuda"));
    return out;
  }

  private static void addToolkit(List<Path> out, Path home) {
    out.add(home.resolve("bin"));
    out.add(home.resolve(NAME));
  }
}
