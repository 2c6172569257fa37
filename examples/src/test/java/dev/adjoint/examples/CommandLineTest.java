package dev.adjoint.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class CommandLineTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String arguments) {
    CommandLine commands = Main.commandLine();
    commands.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return commands.execute(arguments.isEmpty() ? new String[0] : arguments.split(" "));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        "--nonsense",
        "train",
        "train letters",
        "train digits --device nonsense",
        "train digits --device CPU!",
        "train digits --device cpu:7",
        "train digits --epochs many",
        "train digits --epochs 0",
        "train digits --lr -1",
        "train digits --batch",
        "train digits --chart /nonexistent/loss.png",
        "train digits extra",
        "tour --device opencl:99",
        "devices --nonsense",
        "shell",
        "verify --device cpu:7",
        "verify --part nonsense",
        "verify --only [",
        "verify --jobs -1",
        "verify --limit 0",
        "verify --sanitize nonsense",
        "verify --device cpu",
        "bench --device cpu:7",
        "bench --threads 0",
        "bench --json /nonexistent/bench.json",
        "bench --chart",
        "bench --cliffs --chart cliffs.png",
        "bench --device cpu",
        "bundle extra",
        "bundle --output /nonexistent/adjoint.tar.gz",
        "bundle",
      })
  void misuseIsOneLineAndAnErrorCode(String arguments) {
    assertNotEquals(0, run(arguments));
    List<String> lines = err.toString().lines().toList();
    assertEquals(1, lines.size(), err::toString);
    assertTrue(lines.getFirst().startsWith("adjoint: "), err::toString);
    assertEquals("", out.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "tour",
        "train",
        "train digits",
        "devices",
        "shell",
        "verify",
        "bench",
        "bundle"
      })
  void helpIsEverywhere(String command) {
    assertEquals(0, run((command + " --help").strip()));
    assertTrue(out.toString().startsWith("Usage: adjoint"), out::toString);
  }

  @Test
  void autoSaysOnceWhatItTook() {
    assertEquals(0, run("devices"));
    assertEquals(1, err.toString().lines().filter(l -> l.startsWith("device: ")).count());
  }

  @Test
  void devicesNamesEveryKind() {
    assertEquals(0, run("devices --device cpu"));
    assertTrue(out.toString().startsWith("cpu"), out::toString);
    assertTrue(out.toString().contains("cuda"), out::toString);
    assertTrue(out.toString().contains("opencl"), out::toString);
  }
}
