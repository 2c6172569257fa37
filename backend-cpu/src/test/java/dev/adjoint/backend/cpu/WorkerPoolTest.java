package dev.adjoint.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkerPoolTest {

  private static void checkAllRunOnce(WorkerPool pool, int tasks, int grain) {
    AtomicIntegerArray runs = new AtomicIntegerArray(tasks);
    pool.run(
        tasks,
        grain,
        (first, last) -> {
          for (long task = first; task < last; task++) {
            runs.incrementAndGet((int) task);
          }
        });
    for (int task = 0; task < tasks; task++) {
      assertEquals(1, runs.get(task));
    }
  }

  @Test
  void everyTaskRunsOnce() {
    for (int threads : new int[] {1, 2, 5}) {
      WorkerPool pool = new WorkerPool(threads);
      for (int tasks : new int[] {1, 2, 7, 1000}) {
        for (int repeat = 0; repeat < 200; repeat++) {
          checkAllRunOnce(pool, tasks, 1 + repeat % 3);
        }
      }
      pool.close();
    }
  }

  @Test
  void manyCallersMayShareAPool() throws Exception {
    WorkerPool pool = new WorkerPool(3);
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> jobs = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        jobs.add(callers.submit(() -> checkAllRunOnce(pool, 500, 3)));
      }
      for (Future<?> job : jobs) {
        job.get();
      }
    }
    pool.close();
  }

  @Test
  void anExceptionReachesTheCallerAndThePoolLives() {
    WorkerPool pool = new WorkerPool(3);
    for (int i = 0; i < 100; i++) {
      IllegalStateException failure = new IllegalStateException("task " + i);
      WorkerPool.Range failing =
          (first, last) -> {
            if (last > 500) {
              throw failure;
            }
          };
      assertSame(
          failure, assertThrows(IllegalStateException.class, () -> pool.run(1000, 1, failing)));
    }
    checkAllRunOnce(pool, 1000, 1);
    pool.close();
  }

  @Test
  void aHelperBeginsInAPartOfItsOwn() {
    WorkerPool pool = new WorkerPool(2);
    Thread caller = Thread.currentThread();
    for (int tasks : new int[] {2, 101, 1000}) {
      CountDownLatch helps = new CountDownLatch(1);
      AtomicLong begins = new AtomicLong(-1);
      pool.run(
          tasks,
          1,
          (first, last) -> {
            if (Thread.currentThread() != caller) {
              begins.compareAndSet(-1, first);
              helps.countDown();
            } else if (first == 0) {
              await(helps);
            }
          });
      assertEquals((tasks + 1) / 2, begins.get());
    }
    pool.close();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
