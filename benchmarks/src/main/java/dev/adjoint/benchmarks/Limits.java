package dev.adjoint.benchmarks;

import dev.adjoint.type.Device;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// What the machine was seen to do at most: the best round of anybody, with no more threads than the others
/// have.
///
/// @param bandwidth bytes read and written in a second by a copy
/// @param arithmetic operations in a second by a product of float32 matrices
record Limits(double bandwidth, double arithmetic) {
  private static final long BYTES = 1 << 28;
  private static final int COPIES = 10;

  /// Copies and multiplies.
  static Limits measure(Device device, List<Contender> contenders, Rounds rounds) {
    Work copy = isGpu(device) ? Work.COPY_256M : Work.COPY;
    Work product = isGpu(device) ? Work.MATMUL_8192 : Work.MATMUL_2048;
    double bandwidth = best(copy, contenders, rounds);
    return new Limits(
        device.isCpu() ? Math.max(bandwidth, hostCopy()) : bandwidth,
        best(product, contenders, rounds));
  }

  static boolean isGpu(Device device) {
    return device.kind().equals("cuda");
  }

  /// The share of what is possible that some nanoseconds are; NaN for work that has no such limit.
  double share(Work work, int size, double nanos) {
    double most =
        switch (work.limit()) {
          case NONE -> Double.NaN;
          case BANDWIDTH -> bandwidth;
          case ARITHMETIC -> arithmetic;
        };
    return work.amount(size) / (nanos / 1e9) / most;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "copies move %.1f GB/s (read and written), products do %.1f GFLOP/s",
        bandwidth / 1e9,
        arithmetic / 1e9);
  }

  private static double best(Work work, List<Contender> contenders, Rounds rounds) {
    double nanos =
        Arrays.stream(rounds.measure(contenders, work))
            .flatMapToDouble(Arrays::stream)
            .filter(n -> !Double.isNaN(n))
            .min()
            .orElse(Double.NaN);
    return work.amount(work.size()) / (nanos / 1e9);
  }

  /// By the C library's `memcpy`, in as many threads as all have.
  private static double hostCopy() {
    int threads = Threads.count();
    long part = BYTES / threads;
    try (Arena arena = Arena.ofShared()) {
      MemorySegment from = arena.allocate(BYTES, 64).fill((byte) 1);
      MemorySegment to = arena.allocate(BYTES, 64).fill((byte) 2);
      double best = 0;
      for (int i = 0; i < COPIES; i++) {
        long start = System.nanoTime();
        List<Thread> workers =
            java.util.stream.IntStream.range(0, threads)
                .mapToObj(t -> Thread.ofPlatform().start(() -> copy(from, to, t * part, part)))
                .toList();
        workers.forEach(Limits::join);
        best = Math.max(best, 2.0 * part * threads / ((System.nanoTime() - start) / 1e9));
      }
      return best;
    }
  }

  private static void copy(MemorySegment from, MemorySegment to, long offset, long bytes) {
    try {
      MemorySegment _ =
          (MemorySegment)
              Memcpy.HANDLE.invokeExact(
                  to.asSlice(offset, bytes), from.asSlice(offset, bytes), bytes);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class Memcpy {
    @SuppressWarnings("restricted")
    static final MethodHandle HANDLE =
        Linker.nativeLinker()
            .downcallHandle(
                Linker.nativeLinker().defaultLookup().findOrThrow("memcpy"),
                FunctionDescriptor.of(
                    ValueLayout.ADDRESS,
                    ValueLayout.ADDRESS,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_LONG));
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
