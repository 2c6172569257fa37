package dev.adjoint.benchmarks;

import java.util.ArrayList;
import java.util.List;

/// One line of the table.
///
/// @param nanos the median time of each contender, Adjoint's first; NaN for one that was not measured
/// @param ratios Adjoint's time over each other contender's
/// @param share how much of the machine's own limit Adjoint reached; NaN where none applies
/// @param target the largest ratio that is good enough, or the seconds
/// @param seconds whether the target is about Adjoint's time alone
/// @param steady whether all rounds took about the same time
record Line(
    String key,
    String title,
    List<Double> nanos,
    List<Double> ratios,
    double share,
    double target,
    boolean seconds,
    boolean steady) {

  static Line of(Work work, double[][] nanos, Limits limits, boolean gpu) {
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
    double share = limits.share(work, medians.getFirst());
    return new Line(
        work.name(), work.title(), medians, ratios, share, work.target(gpu), false, steady);
  }

  /// How it compares with the one that counts: the first other contender.
  double ratio() {
    return ratios.isEmpty() ? Double.NaN : ratios.getFirst();
  }

  String verdict() {
    double measured = seconds ? nanos.getFirst() / 1e9 : ratio();
    if (Double.isNaN(measured)) {
      return "-";
    }
    return (measured <= target ? "ok" : "over") + (steady ? "" : " ?");
  }
}
