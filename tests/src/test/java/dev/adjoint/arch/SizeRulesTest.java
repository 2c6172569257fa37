package dev.adjoint.arch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files, methods and packages stay small; planted ones that are not are found.
@Tag("sources")
class SizeRulesTest {
  private static final SizeRules RULES = new SizeRules(SourceTree.root());

  @Test
  void filesAreShort() {
    none(RULES.longFiles());
  }

  @Test
  void methodsAndFunctionsAreShort() {
    none(RULES.longMethods());
  }

  @Test
  void packagesAreSmall() {
    none(RULES.largePackages());
  }

  private static void none(List<String> offenders) {
    assertTrue(offenders.isEmpty(), () -> "too large:\n" + String.join("\n", offenders));
  }

  private static void write(Path root, String name, String text) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static String lines(int count) {
    return "x\n".repeat(count);
  }

  @Test
  void aPlantedLongFileIsNamed(@TempDir Path root) throws IOException {
    write(root, "api/src/main/java/dev/adjoint/graph/Long.java", lines(301));
    write(root, "api/src/main/java/dev/adjoint/graph/Short.java", lines(300));
    write(root, "native-kernels/elementwise/unary.def", lines(400));
    write(root, "native-kernels/elementwise/binary.def", lines(401));
    write(
        root, "api/src/main/java/dev/adjoint/Face.java", "public interface Face {}\n" + lines(399));
    write(
        root, "api/src/main/java/dev/adjoint/op/In.java", "public interface In {}\n" + lines(399));
    write(root, "api/target/Generated.java", lines(1000));
    assertEquals(
        List.of(
            "api/src/main/java/dev/adjoint/graph/Long.java has 301 lines, more than 300",
            "api/src/main/java/dev/adjoint/op/In.java has 400 lines, more than 300",
            "native-kernels/elementwise/binary.def has 401 lines, more than 400"),
        new SizeRules(root).longFiles());
  }

  @Test
  void aPlantedLongMethodIsNamed(@TempDir Path root) throws IOException {
    String body = "    a(() -> {}); // {\n".repeat(39);
    write(
        root,
        "api/A.java",
        "/// {\nclass A<T> {\n  int f = 1;\n  @Test(name = 1, b = f(2))\n  void fits(int x) {\n"
            + "    a();\n".repeat(38)
            + "  }\n  <R> R grows(\n      int x) throws IOException {\n"
            + body
            + "  }\n  Runnable r = () -> {\n"
            + body
            + "    a();\n    a();\n  };\n}\n");
    String head = "#define OPEN {\nstatic int run(\n    int a)\n{\n";
    write(root, "native-kernels/cpu/a.c", head + "  if (a) { b(\"}\"); }\n".repeat(40) + "}\n");
    write(root, "native-kernels/cpu/b.c", "struct s { int a; };\nint ok(void) { return 1; }\n");
    assertEquals(
        List.of(
            "api/A.java:45 grows has 42 lines, more than 40",
            "native-kernels/cpu/a.c:2 run has 44 lines, more than 40"),
        new SizeRules(root).longMethods());
  }

  @Test
  void aPlantedLargePackageIsNamed(@TempDir Path root) throws IOException {
    for (int i = 0; i < 26; i++) {
      write(root, "tests/src/test/java/many/C" + i + ".java", "class C" + i + " {}\n");
    }
    assertEquals(
        List.of("tests/src/test/java/many has 26 files, more than 25"),
        new SizeRules(root).largePackages());
  }
}
