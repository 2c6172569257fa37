package dev.adjoint.backend.cuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Libraries of `src/test/c` that stand for NVIDIA's, compiled by this machine's C compiler.
final class StubLibrary {
  private StubLibrary() {}

  /// The compiled library of a source, in a folder.
  static Path compile(String source, Path folder) throws IOException, InterruptedException {
    Path file = Path.of("src/test/c", source).toAbsolutePath();
    Path library = folder.resolve(source.replace(".c", ".so"));
    if (!Files.exists(library)) {
      List<String> command =
          List.of(
              "cc",
              "-std=gnu11",
              "-Wall",
              "-Wextra",
              "-Werror",
              "-O1",
              "-fPIC",
              "-shared",
              "-o",
              library.toString(),
              file.toString(),
              "-lm");
      Process cc = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(cc.getInputStream().readAllBytes());
      if (cc.waitFor() != 0) {
        throw new AssertionError(said);
      }
    }
    return library;
  }
}
