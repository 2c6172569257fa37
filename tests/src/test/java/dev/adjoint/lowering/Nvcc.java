package dev.adjoint.lowering;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/// NVIDIA's compiler, where it is installed: on the path, in `CUDA_HOME`, `CUDA_PATH` or
/// `/usr/local/cuda*`.
record Nvcc(Path program) {
  private static final AtomicBoolean SAID = new AtomicBoolean();

  interface Test {
    void with(Nvcc nvcc) throws Exception;
  }

  /// Runs a test that needs it, or says once that there is none.
  static void run(Test test) throws Exception {
    Path program = find();
    if (program != null) {
      test.with(new Nvcc(program));
    } else if (!SAID.getAndSet(true)) {
      System.out.println("cuda: no kernel compiled, nvcc is not installed");
    }
  }

  private static Path find() throws IOException {
    List<Path> folders = new ArrayList<>();
    for (String folder : System.getenv().getOrDefault("PATH", "").split(":")) {
      folders.add(Path.of(folder));
    }
    for (String variable : List.of("CUDA_HOME", "CUDA_PATH")) {
      if (System.getenv(variable) != null) {
        folders.add(Path.of(System.getenv(variable), "bin"));
      }
    }
    try (Stream<Path> local = Files.list(Path.of("/usr/local"))) {
      local
          .filter(p -> p.getFileName().toString().startsWith("cuda"))
          .forEach(p -> folders.add(p.resolve("bin")));
    }
    return folders.stream()
        .map(f -> f.resolve("nvcc"))
        .filter(Files::isExecutable)
        .findFirst()
        .orElse(null);
  }

  /// The virtual architectures that it compiles for, the lowest first: `compute_75`.
  List<String> architectures() throws Exception {
    Process process = new ProcessBuilder(program.toString(), "--list-gpu-arch").start();
    String said = new String(process.getInputStream().readAllBytes());
    return said.lines()
        .filter(a -> a.matches("compute_\\d+"))
        .sorted((a, b) -> Integer.compare(number(a), number(b)))
        .toList();
  }

  private static int number(String architecture) {
    return Integer.parseInt(architecture.substring("compute_".length()));
  }

  /// The PTX of a source, which must give no warning.
  String compile(String source, String architecture, Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("kernels.cu"), source);
    Path ptx = folder.resolve("kernels.ptx");
    Process process =
        new ProcessBuilder(
                program.toString(),
                "-ptx",
                "-arch=" + architecture,
                "-std=c++17",
                "-fmad=false",
                "-Werror",
                "all-warnings",
                "-o",
                ptx.toString(),
                file.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0 || !said.isBlank()) {
      Path kept = Files.createTempFile("adjoint-", ".cu");
      Files.writeString(kept, source);
      throw new AssertionError(
          "nvcc for " + architecture + ", the source is " + kept + "\n" + said);
    }
    return Files.readString(ptx);
  }
}
