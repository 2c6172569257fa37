package dev.adjoint.backend.cpu;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Threads that share work with whoever brings it.
///
/// A caller posts a job, takes chunks of it like any worker until none is left, and waits for
/// chunks that others still have in hand. So a job is finished even if no worker ever wakes, any
/// number of threads, virtual ones too, may bring jobs at once, and a pool of one has no threads.
final class WorkerPool {
  /// Work on a range of a job's tasks.
  interface Range {
    void run(long first, long last);
  }

  // A caller whose share is done is about to go on; a worker may wait long for its next job.
  private static final long CALLER_SPIN_NANOS = 200_000;
  private static final long IDLE_SPIN_NANOS = 50_000;

  private final ConcurrentLinkedQueue<Job> open = new ConcurrentLinkedQueue<>();
  private final Worker[] workers;

  /// @param threads including the caller's
  WorkerPool(int threads) {
    workers = new Worker[Math.max(threads, 1) - 1];
    for (int i = 0; i < workers.length; i++) {
      workers[i] = new Worker(i + 1);
      workers[i].start();
    }
  }

  /// As many threads as the property `adjoint.cpu.threads` says, else as there are processors.
  static WorkerPool ofProcessors() {
    int threads =
        Integer.getInteger("adjoint.cpu.threads", Runtime.getRuntime().availableProcessors());
    return new WorkerPool(threads);
  }

  /// How many threads work on a job, the caller included.
  int threads() {
    return workers.length + 1;
  }

  /// Runs tasks 0 to `tasks`, at least `grain` at a time, and returns when all are done.
  ///
  /// An exception of any range ends the job early and is thrown here.
  void run(long tasks, long grain, Range range) {
    long chunk = Math.max(grain, tasks / (threads() * 8L));
    if (workers.length == 0 || tasks <= chunk) {
      range.run(0, tasks);
      return;
    }
    Job job = new Job(tasks, chunk, range);
    open.add(job);
    wake(Math.min(workers.length, (tasks - 1) / chunk));
    job.work();
    open.remove(job);
    job.await();
  }

  private void wake(long wanted) {
    long woken = 0;
    for (int i = 0; i < workers.length && woken < wanted; i++) {
      if (workers[i].parked) {
        LockSupport.unpark(workers[i]);
        woken++;
      }
    }
  }

  /// Ends the threads once they are idle.
  void close() {
    for (Worker worker : workers) {
      worker.closed = true;
      LockSupport.unpark(worker);
    }
  }

  /// Tasks that are handed out chunk by chunk.
  private static final class Job {
    private final long tasks;
    private final long chunk;
    private final Range range;
    private final Thread caller = Thread.currentThread();
    private final AtomicLong next = new AtomicLong();
    private final AtomicInteger helpers = new AtomicInteger();
    private volatile @Nullable Throwable failure;

    Job(long tasks, long chunk, Range range) {
      this.tasks = tasks;
      this.chunk = chunk;
      this.range = range;
    }

    boolean hasWork() {
      return next.get() < tasks;
    }

    void work() {
      try {
        for (long first; (first = next.getAndAdd(chunk)) < tasks; ) {
          range.run(first, Math.min(first + chunk, tasks));
        }
      } catch (Throwable e) {
        failure = e;
        next.set(tasks);
      }
    }

    /// A helper counts itself in before it takes a chunk, so a caller that sees no helper after the
    /// last chunk was taken may return.
    void help() {
      helpers.incrementAndGet();
      work();
      if (helpers.decrementAndGet() == 0 && !hasWork()) {
        LockSupport.unpark(caller);
      }
    }

    void await() {
      long deadline = System.nanoTime() + CALLER_SPIN_NANOS;
      boolean interrupted = false;
      while (helpers.get() > 0) {
        if (System.nanoTime() < deadline) {
          Thread.onSpinWait();
        } else {
          LockSupport.park(this);
          interrupted |= Thread.interrupted();
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      rethrow();
    }

    private void rethrow() {
      switch (failure) {
        case null -> {}
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        case Throwable e -> throw new AssertionError("a range threw a checked exception", e);
      }
    }
  }

  private final class Worker extends Thread {
    private volatile boolean parked;
    private volatile boolean closed;

    Worker(int number) {
      super(null, null, "adjoint-cpu-" + number, 0, false);
      setDaemon(true);
    }

    @Override
    public void run() {
      while (!closed) {
        Job job = find();
        if (job != null) {
          job.help();
        } else {
          idle();
        }
      }
    }

    private @Nullable Job find() {
      for (Job job : open) {
        if (job.hasWork()) {
          return job;
        }
      }
      return null;
    }

    /// Looks again after it has said that it sleeps: a caller adds its job before it looks who
    /// does.
    private void idle() {
      long deadline = System.nanoTime() + IDLE_SPIN_NANOS;
      while (System.nanoTime() < deadline) {
        if (find() != null) {
          return;
        }
        Thread.onSpinWait();
      }
      parked = true;
      if (find() == null && !closed) {
        LockSupport.park(WorkerPool.this);
      }
      parked = false;
    }
  }
}
