package dev.adjoint.benchmarks;

import dev.adjoint.DeviceMemory;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.type.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Long loops that never close a tensor, and what memory they take: it must stop growing.
public final class Soak {
  private static final int FLOATS = 1_000_000;
  private static final int REPORTS = 20;

  private final long start = System.nanoTime();

  private Soak() {}

  /// Usage: `Soak [additions [steps]]`, by default 100,000 and 20,000.
  public static void main(String[] args) throws IOException {
    int additions = args.length > 0 ? Integer.parseInt(args[0]) : 100_000;
    int steps = args.length > 1 ? Integer.parseInt(args[1]) : 20_000;
    Threads.holdAdjoint();
    Soak soak = new Soak();
    soak.additions(additions);
    soak.training(steps);
  }

  /// Replaces a tensor by its sum with another, over and over, without a scope.
  private void additions(int count) throws IOException {
    System.out.printf("x = x.add(y), %,d floats, no scope%n", FLOATS);
    head();
    Tensor x = Tensors.zeros(FLOATS);
    Tensor y = Tensors.ones(FLOATS);
    for (int i = 1; i <= count; i++) {
      x = x.add(y);
      report(i, count, "");
    }
    if (ElementwiseBenchmark.first(x) != count) {
      throw new IllegalStateException("the sum is " + ElementwiseBenchmark.first(x));
    }
  }

  private void training(int count) throws IOException {
    System.out.printf("%ntraining steps of %s with SGD, no scope%n", Work.SMALL_NETWORK);
    head();
    TrainingBenchmark b = TrainingBenchmark.of(Work.SMALL_LAYERS, 16, Device.CPU);
    for (int i = 1; i <= count; i++) {
      double loss = b.stepWithoutScope();
      report(i, count, String.format("loss %.4f", loss));
    }
  }

  private static void head() {
    System.out.printf(
        "%10s %8s %10s %10s %10s %10s%n",
        "iteration", "seconds", "RSS", "reserved", "live", "peak");
  }

  private void report(int iteration, int count, String more) throws IOException {
    if (iteration % Math.max(1, count / REPORTS) == 0) {
      DeviceMemory m = DeviceMemory.of(Device.CPU);
      double seconds = (System.nanoTime() - start) / 1e9;
      System.out.printf(
          "%,10d %8.1f %7d MB %7d MB %7d MB %7d MB  %s%n",
          iteration,
          seconds,
          mebi(resident()),
          mebi(m.reserved()),
          mebi(m.live()),
          mebi(m.peak()),
          more);
    }
  }

  private static long mebi(long bytes) {
    return bytes >> 20;
  }

  /// Bytes of this process in memory, as Linux counts them; 0 elsewhere.
  private static long resident() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return 0;
    }
    try (var lines = Files.lines(status)) {
      return lines
          .filter(l -> l.startsWith("VmRSS:"))
          .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")) << 10)
          .findFirst()
          .orElse(0);
    }
  }
}
