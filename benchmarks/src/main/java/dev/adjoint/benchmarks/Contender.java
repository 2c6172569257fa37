package dev.adjoint.benchmarks;

import org.jspecify.annotations.Nullable;

/// One of those whose times and memory are compared; found as a service, so that PyTorch need not be there.
public interface Contender extends AutoCloseable {

  /// The column's title.
  String name();

  /// What exactly runs, for the head of the table.
  String version();

  /// Makes the data of a line at a [Work#size()]; at most one line is prepared at a time. Null when it does not
  /// do that work.
  @Nullable Prepared prepare(Work work, int size);

  /// How many bytes the tensors of a line's step take at most, its data and an optimiser's state among
  /// them; null when this cannot tell.
  default @Nullable Long peak(Work work, int size) {
    return null;
  }

  @Override
  void close();

  /// A line's data, ready to run.
  interface Prepared extends AutoCloseable {

    /// Does the work some times and tells how many nanoseconds all of them took.
    long nanos(int times);

    @Override
    void close();
  }

  /// Work in this process: the same methods that JMH measures.
  static Prepared inProcess(Step step, Runnable tearDown) {
    return new Prepared() {
      private @Nullable Object last;

      @Override
      public long nanos(int times) {
        long start = System.nanoTime();
        for (int i = 0; i < times; i++) {
          last = step.run();
        }
        return System.nanoTime() - start;
      }

      @Override
      public void close() {
        last = null;
        tearDown.run();
      }
    };
  }

  /// Does the work once.
  interface Step {
    @Nullable Object run();
  }
}
