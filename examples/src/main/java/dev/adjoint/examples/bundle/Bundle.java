package dev.adjoint.examples.bundle;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.adjoint.examples.Home;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/// A folder of all that runs without a JDK, Maven or a network, and its archive.
public final class Bundle {
  /// Modules that are started by their jar.
  private static final List<String> STARTED = List.of("examples", "benchmarks");

  /// Checks of the sources, which are not in a bundle, and what they need.
  private static final List<String> LEFT_OUT = List.of("archunit", "slf4j");

  /// The suite computes each row of it.
  private static final String TESTED_PAGE = "docs/subgradients.md";

  private static final String CHECKS_OF_SOURCES = "dev/adjoint/arch";

  private final Home home;
  private final Path folder;
  private final Natives natives = new Natives();
  private final PrintWriter out;

  private Bundle(Home home, Path folder, PrintWriter out) {
    this.home = home;
    this.folder = folder;
    this.out = out;
  }

  /// Writes the archive of a clone that was built, and says what it is made of.
  public static void write(Home home, Path archive, PrintWriter out)
      throws IOException, InterruptedException {
    Path work = Files.createTempDirectory("adjoint-bundle");
    try {
      Bundle bundle = new Bundle(home, Files.createDirectory(work.resolve("adjoint")), out);
      bundle.fill();
      bundle.pack(archive);
    } finally {
      delete(work);
    }
  }

  private void fill() throws IOException {
    Path lib = Files.createDirectory(folder.resolve("lib"));
    Map<String, Path> jars = new TreeMap<>();
    for (String module : STARTED) {
      jars.put("../" + home.jar(module).getFileName(), home.jar(module));
    }
    for (String module : List.of("examples", "benchmarks", "tests")) {
      libraries(module).forEach(jar -> jars.put(jar.getFileName().toString(), jar));
    }
    for (Map.Entry<String, Path> jar : jars.entrySet()) {
      natives.copy(jar.getValue(), lib.resolve(jar.getKey()).normalize());
    }
    for (String module : home.testedModules()) {
      copyTests(home.testClasses(module), folder.resolve("test-classes").resolve(module));
    }
    Set<String> modules = RuntimeImage.modules(List.copyOf(jars.values()));
    out.println("linking a Java of " + String.join(", ", modules) + " …");
    out.flush();
    RuntimeImage.link(modules, folder.resolve("runtime"));
    for (Path file : files(folder.resolve("runtime"))) {
      natives.look(file.toString(), Files.readAllBytes(file));
    }
    for (String file : List.of("adjoint", "LICENSE", TESTED_PAGE)) {
      Path copy = folder.resolve(file);
      Files.createDirectories(Objects.requireNonNull(copy.getParent()));
      Files.copy(home.folder().resolve(file), copy, StandardCopyOption.COPY_ATTRIBUTES);
    }
    Files.writeString(folder.resolve("README.md"), readMe(modules));
  }

  private List<Path> libraries(String module) throws IOException {
    try (Stream<Path> all = Files.list(home.libraries(module))) {
      return all.filter(
              jar -> LEFT_OUT.stream().noneMatch(jar.getFileName().toString()::startsWith))
          .toList();
    }
  }

  private static void copyTests(Path from, Path to) throws IOException {
    for (Path file : files(from)) {
      Path relative = from.relativize(file);
      if (!relative.startsWith(CHECKS_OF_SOURCES)) {
        Path copy = to.resolve(relative);
        Files.createDirectories(Objects.requireNonNull(copy.getParent()));
        Files.copy(file, copy);
      }
    }
  }

  private String readMe(Set<String> modules) throws IOException {
    try (InputStream in = Bundle.class.getResourceAsStream("README.md")) {
      String text = new String(Objects.requireNonNull(in).readAllBytes(), UTF_8);
      return String.format(
          text,
          System.getProperty("os.arch"),
          natives.newestGlibc(),
          LocalDate.now(ZoneOffset.UTC),
          system(),
          Runtime.version(),
          String.join(", ", modules));
    }
  }

  /// Such as `Debian GNU/Linux 12 (bookworm)`.
  private static String system() throws IOException {
    Path file = Path.of("/etc/os-release");
    String name = System.getProperty("os.name") + " " + System.getProperty("os.version");
    return !Files.exists(file)
        ? name
        : Files.readAllLines(file).stream()
            .filter(line -> line.startsWith("PRETTY_NAME="))
            .map(line -> line.substring(line.indexOf('=') + 1).replace("\"", ""))
            .findFirst()
            .orElse(name);
  }

  private void pack(Path archive) throws IOException, InterruptedException {
    Path target = archive.toAbsolutePath();
    Process tar =
        new ProcessBuilder(
                "tar",
                "-cf",
                target.toString(),
                "-I",
                "gzip -9",
                "--sort=name",
                "--owner=0",
                "--group=0",
                "--numeric-owner",
                "adjoint")
            .directory(folder.resolve("..").toFile())
            .inheritIO()
            .start();
    if (tar.waitFor() != 0) {
      throw new IOException("tar could not write " + target);
    }
    out.printf("| %-14s | %8s | %10s |%n", "part", "on disk", "compressed");
    out.println("|----------------|---------:|-----------:|");
    for (Map.Entry<String, List<Path>> part : parts().entrySet()) {
      long size = 0;
      long compressed = 0;
      for (Path file : part.getValue()) {
        size += Files.size(file);
        compressed += compressed(file);
      }
      out.printf("| %-14s | %8s | %10s |%n", part.getKey(), mega(size), mega(compressed));
    }
    out.println("needs glibc " + natives.newestGlibc() + " or newer; built on " + system());
    out.println(archive + ": " + mega(Files.size(target)));
  }

  /// Files by what they are.
  private Map<String, List<Path>> parts() throws IOException {
    Map<String, List<Path>> parts = new LinkedHashMap<>();
    parts.put("runtime", files(folder.resolve("runtime")));
    for (Path jar : files(folder.resolve("lib"))) {
      String name = jar.getFileName().toString();
      boolean ours = name.startsWith("adjoint-");
      boolean binaries = name.matches("(openblas|dnnl|mkl|jcuda|jocl).*");
      parts.merge(
          ours ? "Adjoint" : binaries ? "native jars" : "other jars",
          List.of(jar),
          (a, b) -> Stream.concat(a.stream(), b.stream()).toList());
    }
    parts.put("test-classes", files(folder.resolve("test-classes")));
    return parts;
  }

  private static long compressed(Path file) throws IOException {
    long[] count = {0};
    OutputStream counter =
        new OutputStream() {
          @Override
          public void write(int b) {
            count[0]++;
          }

          @Override
          public void write(byte[] bytes, int offset, int length) {
            count[0] += length;
          }
        };
    try (GZIPOutputStream zip = new GZIPOutputStream(counter)) {
      Files.copy(file, zip);
    }
    return count[0];
  }

  private static String mega(long bytes) {
    return String.format(java.util.Locale.ROOT, "%.1f MB", bytes / 1e6);
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
