package dev.adjoint.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What a line of the table costs at several sizes, and where it is a cliff.
///
/// The cost is the time, or the memory, over the [Work#units(int)] of work. From one size to the next it is a cliff when
/// Adjoint's cost at either is more than [#CLIFF] times that at the other, and the other contender that counts does not
/// climb as well: calls make small work dearer and caches large work, for both, so Adjoint's ratio must have become as
/// much worse. Without another contender the cost alone decides.
///
/// @param lines by [#TIMES]
record Growth(Work work, List<Line> lines) {
  /// How much work there is at each size, in that of the table.
  static final List<Double> TIMES = List.of(1.0 / 16, 1.0, 4.0);

  /// How much dearer a unit of work may become.
  static final double CLIFF = 1.5;

  private static final int USUAL = TIMES.indexOf(1.0);

  /// The title of the table, then its rule.
  static String head(List<Contender> contenders) {
    StringBuilder out = new StringBuilder(String.format("| %-66s | %9s |", "work", "Adjoint"));
    StringBuilder rule = new StringBuilder("|" + "-".repeat(68) + "|----------:|");
    for (double times : TIMES) {
      out.append(times == 1 ? "" : String.format(" %12s |", "unit at " + name(times)));
      rule.append(times == 1 ? "" : "-------------:|");
    }
    for (double times : contenders.size() > 1 ? TIMES : List.<Double>of()) {
      out.append(String.format(" %14s |", "/ " + contenders.get(1).name() + " " + name(times)));
      rule.append("---------------:|");
    }
    return out + " " + " ".repeat(15) + " |\n" + rule + "-".repeat(17) + "|";
  }

  String row() {
    StringBuilder out =
        new StringBuilder(
            String.format("| %-66s | %9s |", work.title(), Report.own(lines.get(USUAL))));
    for (int i = 0; i < lines.size(); i++) {
      out.append(i == USUAL ? "" : String.format(Locale.ROOT, " %12.2f |", cost(i)));
    }
    for (Line line : lines) {
      out.append(
          line.ratios().isEmpty() ? "" : String.format(" %14s |", Report.ratio(line.ratio())));
    }
    return out + String.format(" %-15s |", verdict());
  }

  /// What a unit of work costs at a size, in what it costs at the table's.
  double cost(int at) {
    return unit(at) / unit(USUAL);
  }

  private double unit(int at) {
    return lines.get(at).values().getFirst() / work.units(work.sizeAt(TIMES.get(at)));
  }

  /// Whether a unit is too dear at one size, by what it costs at another.
  private boolean isCliff(int at, int than) {
    double worse = lines.get(at).ratio() / lines.get(than).ratio();
    return unit(at) > CLIFF * unit(than) && (Double.isNaN(worse) || worse > CLIFF);
  }

  /// At which sizes, or `ok`.
  String verdict() {
    List<String> where = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      if ((i > 0 && isCliff(i, i - 1)) || (i + 1 < lines.size() && isCliff(i, i + 1))) {
        where.add(name(TIMES.get(i)));
      }
    }
    String sure = lines.stream().allMatch(Line::steady) ? "" : " ?";
    return (where.isEmpty() ? "ok" : "cliff at " + String.join(", ", where)) + sure;
  }

  private static String name(double times) {
    return times < 1 ? "1/" + Math.round(1 / times) : Long.toString(Math.round(times));
  }
}
