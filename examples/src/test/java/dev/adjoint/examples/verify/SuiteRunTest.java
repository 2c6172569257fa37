package dev.adjoint.examples.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SuiteRunTest {
  private static final String PASSED = "\u001epassed\\ttour\\tTourTest\\tall()\\t7\\t\\n";
  private static final String FAILED =
      "\u001efailed\\ttour\\tTourTest\\tsome()\\t7\\tone \\\\\\\\t\\\\ntwo\\n";
  private static final String END = "\u001eend\\n";

  private final StringWriter text = new StringWriter();

  private Tally run(Duration limit, String... scripts) throws IOException {
    List<ProcessBuilder> commands =
        Stream.of(scripts).map(script -> new ProcessBuilder("sh", "-c", script)).toList();
    Tally tally = SuiteRun.of(commands, List.of(Part.TOUR), limit, new PrintWriter(text));
    tally.print();
    return tally;
  }

  private Tally run(String... scripts) throws IOException {
    return run(Duration.ofMinutes(1), scripts);
  }

  @Test
  void processesAreAddedUp() throws IOException {
    String script = "printf '" + PASSED + "words\\n" + PASSED + END + "'";
    Tally tally = run(script, script);
    assertEquals(4, tally.passed());
    assertEquals(0, tally.failures());
    assertTrue(text.toString().startsWith("words"), text::toString);
  }

  @Test
  void aFailureIsToldAtOnceAndInFullAtTheEnd() throws IOException {
    assertEquals(1, run("printf '" + PASSED + FAILED + END + "'").failures());
    assertTrue(text.toString().startsWith("FAILED tour: TourTest some(): one \\t"), text::toString);
    assertTrue(
        text.toString().endsWith("1. tour: TourTest some()\none \\t\ntwo\n"), text::toString);
  }

  @Test
  void aProcessThatEndsEarlyIsAFailure() throws IOException {
    assertEquals(1, run("printf '" + PASSED + "'").failures());
    assertTrue(text.toString().contains("ended with code 0 before its last test"), text::toString);
  }

  @Test
  void aCodeAtTheEndIsAFailure() throws IOException {
    assertEquals(1, run("printf '" + PASSED + END + "'; exit 86").failures());
    assertTrue(text.toString().contains("code 86"), text::toString);
  }

  @Test
  void nothingRunIsAFailure() throws IOException {
    assertEquals(1, run("printf '" + END + "'").failures());
    assertTrue(text.toString().contains("nothing of this part was run"), text::toString);
  }

  @Test
  void theLimitEndsAProcessAndIsAFailure() throws IOException {
    assertEquals(
        1, run(Duration.ofMillis(200), "printf '" + PASSED + "'; exec sleep 60").failures());
    assertTrue(text.toString().contains("stopped at the limit"), text::toString);
  }

  /// As a watcher does, whose program holds its output open.
  @Test
  @Timeout(30)
  void theLimitEndsWhatAProcessHasStarted() throws IOException {
    assertEquals(1, run(Duration.ofMillis(200), "printf '" + PASSED + "'; sleep 60; :").failures());
    assertTrue(text.toString().contains("stopped at the limit"), text::toString);
  }
}
