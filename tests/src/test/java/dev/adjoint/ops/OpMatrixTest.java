package dev.adjoint.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// `docs/ops.md` says what the conformance run really found.
class OpMatrixTest {

  private static final String REFRESH = "mvn verify -Dadjoint.writeDocs=true";

  @Test
  void committedPageIsWhatTheConformanceRunFound() throws IOException {
    Path path = root().resolve("docs").resolve("ops.md");
    String committed = Files.exists(path) ? Files.readString(path) : "";
    String found = OpMatrix.page(committed);
    if (Boolean.getBoolean("adjoint.writeDocs")) {
      Files.createDirectories(path.getParent());
      Files.writeString(path, found);
      return;
    }
    assertEquals(found, committed, "docs/ops.md is stale; to refresh it: " + REFRESH);
  }

  /// The folder of the whole project, above the module the tests run in.
  private static Path root() {
    Path here = Path.of("").toAbsolutePath();
    return Files.exists(here.resolve("tests").resolve("pom.xml")) ? here : here.getParent();
  }
}
