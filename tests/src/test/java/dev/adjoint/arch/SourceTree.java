package dev.adjoint.arch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// The files that people write, found from wherever the build runs the tests.
final class SourceTree {
  private static final List<String> SUFFIXES =
      List.of(".java", ".c", ".h", ".def", ".cu", ".cl", ".py", ".sh");

  private SourceTree() {}

  /// The folder that holds the modules.
  static Path root() {
    Path at = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(at.resolve("native-kernels"))
        || !Files.isDirectory(at.resolve("api"))) {
      Path parent = at.getParent();
      if (parent == null) {
        throw new IllegalStateException("no folder with api and native-kernels above the tests");
      }
      at = parent;
    }
    return at;
  }

  /// Source files of all modules, in order of their paths.
  static List<Path> files(Path root) {
    try (Stream<Path> modules = Files.list(root)) {
      List<Path> folders = modules.filter(Files::isDirectory).filter(SourceTree::isModule).toList();
      return folders.stream().flatMap(SourceTree::under).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isModule(Path folder) {
    String name = folder.getFileName().toString();
    return name.startsWith("backend-")
        || List.of("api", "native-kernels", "tests", "examples", "benchmarks").contains(name);
  }

  /// Not in `target`, where drivers of tests beside this one make files and take them away.
  private static Stream<Path> under(Path folder) {
    if (folder.endsWith("target")) {
      return Stream.of();
    }
    try (Stream<Path> all = Files.list(folder)) {
      List<Path> entries = all.toList();
      return entries.stream()
          .flatMap(e -> Files.isDirectory(e) ? under(e) : Stream.of(e))
          .filter(SourceTree::isSource);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isSource(Path file) {
    String path = file.toString().replace('\\', '/');
    return !path.contains("/target/")
        && Files.isRegularFile(file)
        && SUFFIXES.stream().anyMatch(path::endsWith);
  }

  static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
