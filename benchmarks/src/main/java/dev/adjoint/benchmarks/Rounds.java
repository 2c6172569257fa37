package dev.adjoint.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Measures contenders in turns. In each round everybody works for one block, in an order that is
/// reversed every time, so whatever else the machine does hits all of them; a round's ratios are
/// between neighbours in time, and the median leaves out the rounds in which they were not alike.
///
/// @param count how many rounds
/// @param warmUp nanoseconds of work before the first
/// @param block nanoseconds of work by each in a round
record Rounds(int count, long warmUp, long block) {
  private static final long MILLI = 1_000_000;

  /// Nanoseconds below which work is most of it Java's, and in how many warm-ups it is compiled.
  private static final long SHORT = 100_000;

  private static final int WARM_UPS_OF_SHORT = 3;

  static Rounds thorough() {
    return new Rounds(15, 2000 * MILLI, 250 * MILLI);
  }

  static Rounds quick() {
    return new Rounds(5, 1000 * MILLI, 100 * MILLI);
  }

  /// Nanoseconds for doing the work once, by contender and round; NaN for one that does not do it.
  double[][] measure(List<Contender> contenders, Work work) {
    return measure(contenders, work, work.size());
  }

  /// The same at another size.
  double[][] measure(List<Contender> contenders, Work work, int size) {
    int n = contenders.size();
    List<Contender.@Nullable Prepared> prepared = new ArrayList<>();
    try {
      int[] times = new int[n];
      for (int i = 0; i < n; i++) {
        Contender.Prepared p = contenders.get(i).prepare(work, size);
        prepared.add(p);
        times[i] = p == null ? 0 : timesPerBlock(p);
      }
      double[][] nanos = new double[n][count];
      for (int round = 0; round < count; round++) {
        for (int k = 0; k < n; k++) {
          int i = round % 2 == 0 ? k : n - 1 - k;
          Contender.Prepared p = prepared.get(i);
          nanos[i][round] = p == null ? Double.NaN : (double) p.nanos(times[i]) / times[i];
        }
      }
      return nanos;
    } finally {
      for (Contender.Prepared p : prepared) {
        if (p != null) {
          p.close();
        }
      }
    }
  }

  /// Works until warm, and tells how often the work fits in a block.
  private int timesPerBlock(Contender.Prepared prepared) {
    int times = 1;
    for (long spent = 0; ; ) {
      long nanos = Math.max(1, prepared.nanos(times));
      spent += nanos;
      long enough = nanos / times < SHORT ? WARM_UPS_OF_SHORT * warmUp : warmUp;
      times = (int) Math.clamp((double) times * block / nanos, 1, 10_000_000);
      if (spent >= enough) {
        return times;
      }
    }
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /// Whether the usual time is near the best one. A busy machine does not slow all alike: who waits at
  /// barriers for a thread that does not run loses most.
  static boolean isSteady(double[] values) {
    return Double.isNaN(values[0])
        || median(values) < 1.4 * Arrays.stream(values).min().orElseThrow();
  }

  /// The median of the ratios of two contenders' times in the same round.
  static double ratio(double[] ours, double[] theirs) {
    double[] ratios = new double[ours.length];
    Arrays.setAll(ratios, i -> ours[i] / theirs[i]);
    return median(ratios);
  }
}
