package dev.adjoint.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// Where the launcher script lies, in a clone that it has built or in an unpacked bundle, and what else is
/// there to run.
///
/// @param folder what the property `adjoint.home` says
public record Home(Path folder) {
  /// Modules with tests of their own, beside those of the backends.
  private static final List<String> TESTED = List.of("tests", "examples");

  /// Where this process was started from.
  ///
  /// @throws IllegalArgumentException when the script did not start this process
  public static Home of() {
    String home = System.getProperty("adjoint.home");
    if (home == null) {
      throw new IllegalArgumentException(
          "this command needs what lies beside the launcher script: start it with ./adjoint");
    }
    return new Home(Path.of(home));
  }

  /// A bundle has a Java of its own.
  public boolean isBundle() {
    return Files.isDirectory(folder.resolve("runtime"));
  }

  public static Path java() {
    return Path.of(System.getProperty("java.home"), "bin", "java");
  }

  /// The jar of a module, which names the jars that it needs.
  public Path jar(String module) {
    String name = "adjoint-" + module + ".jar";
    return isBundle() ? folder.resolve(name) : target(module).resolve(name);
  }

  /// The folder of jars beside the jar of a module.
  public Path libraries(String module) {
    return isBundle() ? folder.resolve("lib") : target(module).resolve("lib");
  }

  /// The folder of a module's tests, whether or not it has any.
  public Path testClasses(String module) {
    return isBundle()
        ? folder.resolve("test-classes").resolve(module)
        : target(module).resolve("test-classes");
  }

  /// The modules whose tests are here.
  public List<String> testedModules() {
    return Stream.concat(TESTED.stream(), backends().stream())
        .filter(module -> Files.isDirectory(testClasses(module)))
        .toList();
  }

  /// `backend-cpu` and so on.
  private List<String> backends() {
    Path modules = isBundle() ? folder.resolve("test-classes") : folder;
    try (Stream<Path> all = Files.list(modules)) {
      return all.map(path -> path.getFileName().toString())
          .filter(name -> name.startsWith("backend-"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path target(String module) {
    return folder.resolve(module).resolve("target");
  }
}
