package dev.adjoint.benchmarks;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One line of the table.
///
/// @param values the median nanoseconds of each contender, or the bytes, Adjoint's first; NaN for one that
///     was not measured
/// @param ratios Adjoint's over each other contender's
/// @param share how much of the machine's own limit Adjoint reached; NaN where none applies
/// @param target the largest ratio that is good enough, or the seconds
/// @param kind what the values and the target are
/// @param steady whether all rounds took about the same time
record Line(
    String key,
    String title,
    List<Double> values,
    List<Double> ratios,
    double share,
    double target,
    Kind kind,
    boolean steady) {

  /// What is compared.
  enum Kind {
    /// Times.
    TIMES,
    /// Times; the target is about Adjoint's alone.
    SECONDS,
    /// Bytes.
    BYTES
  }

  static Line of(Work work, int size, double[][] nanos, Limits limits, boolean gpu) {
    List<Double> medians = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    boolean steady = true;
    for (int i = 0; i < nanos.length; i++) {
      medians.add(Rounds.median(nanos[i]));
      steady &= Rounds.isSteady(nanos[i]);
      if (i > 0) {
        ratios.add(Rounds.ratio(nanos[0], nanos[i]));
      }
    }
    double share = limits.share(work, size, medians.getFirst());
    return new Line(
        key(work, size),
        work.title(),
        medians,
        ratios,
        share,
        work.target(gpu),
        Kind.TIMES,
        steady);
  }

  static Line of(Work work, int size, List<@Nullable Long> peaks, boolean gpu) {
    List<Double> bytes = peaks.stream().map(b -> b == null ? Double.NaN : b.doubleValue()).toList();
    List<Double> ratios = new ArrayList<>();
    for (double other : bytes.subList(1, bytes.size())) {
      ratios.add(bytes.getFirst() / other);
    }
    double target = work.target(gpu);
    return new Line(
        key(work, size), work.title(), bytes, ratios, Double.NaN, target, Kind.BYTES, true);
  }

  private static String key(Work work, int size) {
    return size == work.size() ? work.name() : work.name() + ":" + size;
  }

  /// How it compares with the one that counts: the first other contender.
  double ratio() {
    return ratios.isEmpty() ? Double.NaN : ratios.getFirst();
  }

  String verdict() {
    double measured = kind == Kind.SECONDS ? values.getFirst() / 1e9 : ratio();
    if (Double.isNaN(measured)) {
      return "-";
    }
    return (measured <= target ? "ok" : "over") + (steady ? "" : " ?");
  }
}
