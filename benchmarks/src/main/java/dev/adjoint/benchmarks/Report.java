package dev.adjoint.benchmarks;

import dev.adjoint.type.Device;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// The lines as a Markdown table, and as JSON.
final class Report {
  private Report() {}

  /// The title of the table, then its rule.
  static String head(List<Contender> contenders) {
    StringBuilder out = new StringBuilder(String.format("| %-66s |", "work"));
    StringBuilder rule = new StringBuilder("|" + "-".repeat(68) + "|");
    for (Contender c : contenders) {
      out.append(String.format(" %9s |", c.name()));
      rule.append("----------:|");
    }
    for (Contender c : contenders.subList(1, contenders.size())) {
      out.append(String.format(" %10s |", "/ " + c.name()));
      rule.append("-----------:|");
    }
    return out + " of limit |  target |        |\n" + rule + "---------:|--------:|--------|";
  }

  static String row(Line line) {
    StringBuilder out = new StringBuilder(String.format("| %-66s |", line.title()));
    for (double value : line.values()) {
      out.append(String.format(" %9s |", value(line, value)));
    }
    for (double ratio : line.ratios()) {
      out.append(String.format(" %10s |", ratio(ratio)));
    }
    String share =
        Double.isNaN(line.share()) ? "" : String.format(Locale.ROOT, "%.0f %%", 100 * line.share());
    String target =
        String.format(
            Locale.ROOT, line.kind() == Line.Kind.SECONDS ? "%.2f s" : "%.2f", line.target());
    return out + String.format(" %8s | %7s | %-6s |", share, target, line.verdict());
  }

  /// Adjoint's own time, or bytes.
  static String own(Line line) {
    return value(line, line.values().getFirst());
  }

  private static String value(Line line, double value) {
    return line.kind() == Line.Kind.BYTES ? bytes(value) : time(value);
  }

  static String ratio(double ratio) {
    return Double.isNaN(ratio)
        ? ""
        : String.format(Locale.ROOT, ratio < 0.1 ? "%.3f" : "%.2f", ratio);
  }

  private static String bytes(double bytes) {
    return Double.isNaN(bytes) ? "" : String.format(Locale.ROOT, "%.2f MB", bytes / 1e6);
  }

  private static String time(double nanos) {
    if (Double.isNaN(nanos)) {
      return "";
    }
    if (nanos < 1e6) {
      return String.format(Locale.ROOT, "%.2f µs", nanos / 1e3);
    }
    return nanos < 1e9
        ? String.format(Locale.ROOT, "%.2f ms", nanos / 1e6)
        : String.format(Locale.ROOT, "%.2f s", nanos / 1e9);
  }

  static String json(Device device, List<Contender> contenders, Limits limits, List<Line> lines) {
    String versions =
        contenders.stream()
            .map(c -> quoted(c.name() + ": " + c.version()))
            .collect(Collectors.joining(", "));
    return String.format(
        Locale.ROOT,
        """
        {
          "device": %s,
          "contenders": [%s],
          "threads": %d,
          "bytes_per_second": %.4g,
          "operations_per_second": %.4g,
          "lines": [
        %s
          ]
        }
        """,
        quoted(device.toString()),
        versions,
        Threads.count(),
        limits.bandwidth(),
        limits.arithmetic(),
        lines.stream().map(Report::json).collect(Collectors.joining(",\n")));
  }

  private static String json(Line line) {
    return String.format(
        Locale.ROOT,
        "    {\"work\": %s, \"%s\": %s, \"ratios\": %s, \"share\": %s, \"target\": %s,"
            + " \"verdict\": %s}",
        quoted(line.key()),
        line.kind() == Line.Kind.BYTES ? "bytes" : "nanos",
        numbers(line.values()),
        numbers(line.ratios()),
        number(line.share()),
        quoted(line.target() + (line.kind() == Line.Kind.SECONDS ? " s" : "")),
        quoted(line.verdict()));
  }

  private static String numbers(List<Double> values) {
    return values.stream().map(Report::number).collect(Collectors.joining(", ", "[", "]"));
  }

  private static String number(double value) {
    return Double.isNaN(value) ? "null" : String.format(Locale.ROOT, "%.4g", value);
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
