package dev.adjoint.backend.cpu;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Threads that share work with whoever brings it.
///
/// A caller posts a job, takes chunks of it like any worker until none is left, and waits for
/// chunks that others still have in hand. So a job is finished even if no worker ever wakes, any
/// number of threads, virtual ones too, may bring jobs at once, and a pool of one has no threads.
///
/// Each thread begins in a part of its own, the same one in every job, and goes on in the others':
/// what a job wrote is then often still in the cache of the processor that reads it in the next.
final class WorkerPool {
  /// Work on a range of a job's tasks.
  interface Range {
    void run(long first, long last);
  }

  // So many that a thread which something else holds up does not hold up the job.
  private static final long CHUNKS_PER_THREAD = 32;

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
    long chunk = Math.max(grain, tasks / (threads() * CHUNKS_PER_THREAD));
    if (workers.length == 0 || tasks <= chunk) {
      range.run(0, tasks);
      return;
    }
    Job job = new Job(tasks, chunk, (int) Math.min(tasks / chunk, threads()), range);
    open.add(job);
    wake(Math.min(workers.length, (tasks - 1) / chunk));
    job.work(0);
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

  /// Tasks that are handed out chunk by chunk, in as many parts as threads are worth waking.
  private static final class Job {
    /// Longs in a cache line: each part's counter has one to itself.
    private static final int LINE = 8;

    private final long tasks;
    private final long chunk;
    private final int parts;
    private final Range range;
    private final Thread caller = Thread.currentThread();
    private final AtomicLongArray next;
    private final AtomicInteger helpers = new AtomicInteger();
    private volatile @Nullable Throwable failure;

    Job(long tasks, long chunk, int parts, Range range) {
      this.tasks = tasks;
      this.chunk = chunk;
      this.parts = parts;
      this.range = range;
      this.next = new AtomicLongArray(parts * LINE);
      for (int part = 1; part < parts; part++) {
        next.setPlain(part * LINE, first(part));
      }
    }

    private long first(int part) {
      return tasks / parts * part + Math.min(part, tasks % parts);
    }

    boolean hasWork() {
      for (int part = 0; part < parts; part++) {
        if (next.get(part * LINE) < first(part + 1)) {
          return true;
        }
      }
      return false;
    }

    /// @param number of the thread, which says where it begins
    void work(int number) {
      try {
        for (int p = 0; p < parts; p++) {
          workIn((number + p) % parts);
        }
      } catch (Throwable e) {
        failure = e;
        for (int part = 0; part < parts; part++) {
          next.set(part * LINE, first(part + 1));
        }
      }
    }

    private void workIn(int part) {
      long end = first(part + 1);
      for (long first; (first = next.getAndAdd(part * LINE, chunk)) < end; ) {
        range.run(first, Math.min(first + chunk, end));
      }
    }

    /// A helper counts itself in before it takes a chunk, so a caller that sees no helper after the
    /// last chunk was taken may return.
    void help(int number) {
      helpers.incrementAndGet();
      work(number);
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
    private final int number;
    private volatile boolean parked;
    private volatile boolean closed;

    Worker(int number) {
      super(null, null, "adjoint-cpu-" + number, 0, false);
      this.number = number;
      setDaemon(true);
    }

    @Override
    public void run() {
      while (!closed) {
        Job job = find();
        if (job != null) {
          job.help(number);
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
