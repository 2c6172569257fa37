package dev.adjoint.examples.verify;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// What the processes that run the tests have told, by part of the suite. Threads may tell at once.
public final class Tally {
  private static final String MARK = "\u001e";
  private static final String END = MARK + "end";
  private static final String ROW = "| %-12s | %7s | %7s | %7s | %12s |%n";

  private static final class Count {
    private int passed;
    private int failed;
    private int skipped;
    private long millis;
  }

  private record Failure(String name, String text) {}

  private final Map<String, Count> counts = new LinkedHashMap<>();
  private final List<Failure> failures = new ArrayList<>();
  private final Map<String, Integer> skips = new TreeMap<>();
  private final PrintWriter out;
  private String running = "";

  Tally(List<Part> parts, PrintWriter out) {
    this.out = out;
    parts.forEach(part -> counts.put(part.toString(), new Count()));
  }

  /// Whether the line says that its process ran all that it was to run.
  static boolean isEnd(String line) {
    return line.equals(END);
  }

  /// Counts a line about a test, or prints one that is none.
  synchronized void line(String line) {
    String[] fields = line.split("\t", -1);
    if (!line.startsWith(MARK) || fields.length < 6) {
      out.println(line);
      return;
    }
    Count count = counts.computeIfAbsent(fields[1], _ -> new Count());
    String name = fields[2] + " " + fields[3];
    count.millis += Long.parseLong(fields[4]);
    switch (fields[0].substring(MARK.length())) {
      case "passed" -> count.passed++;
      case "skipped" -> skipped(count, name + ": " + unescaped(fields[5]));
      case "failed" -> failed(fields[1], name, unescaped(fields[5]));
      default -> running = name;
    }
  }

  private void skipped(Count count, String why) {
    count.skipped++;
    skips.merge(why.lines().findFirst().orElse(""), 1, Integer::sum);
  }

  /// Notes a failure, and says at once that there is one.
  synchronized void failed(String part, String test, String text) {
    counts.computeIfAbsent(part, _ -> new Count()).failed++;
    failures.add(new Failure(part + ": " + test, text));
    out.println("FAILED " + part + ": " + test + ": " + text.lines().findFirst().orElse(""));
    out.flush();
  }

  /// What ran last, for what is said of a process that died.
  synchronized String running() {
    return running;
  }

  /// Parts of which no test passed or failed: a run of nothing must not look like one that went well.
  synchronized List<String> empty() {
    return counts.entrySet().stream()
        .filter(e -> e.getValue().passed + e.getValue().failed == 0)
        .map(Map.Entry::getKey)
        .toList();
  }

  /// One line, such as `1203 passed, 0 failed; UnaryConformanceTest exp float32 on cuda:0`.
  synchronized String progress() {
    return String.format("%d passed, %d failed; %s", passed(), failures.size(), running);
  }

  public synchronized int passed() {
    return counts.values().stream().mapToInt(count -> count.passed).sum();
  }

  public synchronized int failures() {
    return failures.size();
  }

  /// The table, what did not run, and every failure with its text.
  public synchronized void print() {
    out.println();
    out.printf(ROW, "part", "passed", "failed", "not run", "test seconds");
    out.println("|--------------|--------:|--------:|--------:|-------------:|");
    counts.forEach((name, c) ->
        out.printf(
            ROW,
            name,
            c.passed,
            c.failed,
            c.skipped,
            String.format(Locale.ROOT, "%.1f", c.millis / 1e3)));
    skips.forEach((why, times) ->
        out.println("not run: " + why + (times > 1 ? " (" + times + " times)" : "")));
    for (int i = 0; i < failures.size(); i++) {
      Failure f = failures.get(i);
      out.printf("%n%d. %s%n%s%n", i + 1, f.name(), f.text());
    }
    out.flush();
  }

  private static String unescaped(String text) {
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && ++i < text.length()) {
        c = text.charAt(i) == 'n' ? '\n' : text.charAt(i);
      }
      plain.append(c);
    }
    return plain.toString();
  }
}
