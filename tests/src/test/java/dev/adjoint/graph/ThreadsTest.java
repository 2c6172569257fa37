package dev.adjoint.graph;

import static dev.adjoint.GradOption.RETAIN_GRAPH;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Autograd;
import dev.adjoint.Expect;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Scope;
import dev.adjoint.Tensor;
import dev.adjoint.type.GraphException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Several threads with graphs of their own, and with leaves or graphs in common.
@Timeout(60)
class ThreadsTest extends OnEachDevice {

  private static <T> List<T> inParallel(ExecutorService pool, int tasks, Callable<T> task)
      throws InterruptedException, ExecutionException {
    try (pool) {
      List<Future<T>> futures = new ArrayList<>();
      for (int i = 0; i < tasks; i++) {
        futures.add(pool.submit(task));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> f : futures) {
        results.add(f.get());
      }
      return results;
    }
  }

  @Test
  void gradientsOfManyThreadsAddUpExactlyInOneLeaf() throws Exception {
    Tensor x = tensor(new float[] {1, 2, 3}).requiresGrad_();
    inParallel(
        Executors.newFixedThreadPool(4),
        4,
        () -> {
          for (int i = 0; i < 200; i++) {
            x.mul(2).sum().backward();
          }
          return true;
        });
    Expect.values(x.grad(), 1600, 1600, 1600);
  }

  @Test
  void twoThreadsMayWalkOneRetainedGraph() throws Exception {
    Tensor x = tensor(new float[] {1, 2}).requiresGrad_();
    Tensor y = x.exp().mul(0).add(x.mul(x)).sum();
    inParallel(
        Executors.newFixedThreadPool(2),
        2,
        () -> {
          for (int i = 0; i < 100; i++) {
            y.backward(RETAIN_GRAPH);
          }
          return true;
        });
    Expect.values(x.grad(), 400, 800);
  }

  @Test
  void anUnretainedSharedGraphServesOneThreadOnly() throws Exception {
    AtomicInteger refused = new AtomicInteger();
    for (int i = 0; i < 50; i++) {
      Tensor x = tensor(new float[] {1, 2}).requiresGrad_();
      Tensor y = x.mul(x).sum();
      y.backward();
      inParallel(
          Executors.newFixedThreadPool(2),
          2,
          () -> {
            try {
              y.backward();
            } catch (GraphException e) {
              assertTrue(
                  e.getMessage().startsWith("Trying to backward through the graph a second"));
              refused.incrementAndGet();
            }
            return true;
          });
    }
    assertEquals(100, refused.get());
  }

  private double train(int steps) {
    Tensor w = tensor(new float[] {4, -4}).requiresGrad_();
    for (int i = 0; i < steps; i++) {
      try (Scope _ = Scope.open()) {
        w.mul(w).sum().backward();
        Autograd.noGrad(() -> w.sub_(Expect.gradOf(w).mul(0.25)));
        w.setGrad(null);
      }
    }
    return w.select(0, 0).item();
  }

  @Test
  void independentGraphsDoNotDisturbEachOther() throws Exception {
    for (double w : inParallel(Executors.newFixedThreadPool(4), 8, () -> train(20))) {
      assertEquals(4 * Math.pow(0.5, 20), w, 1e-12);
    }
  }

  @Test
  void virtualThreadsWork() throws Exception {
    ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor();
    for (double w : inParallel(pool, 200, () -> train(10))) {
      assertEquals(4 * Math.pow(0.5, 10), w, 1e-12);
    }
  }

  @Test
  void aGraphBuiltOnOneThreadIsWalkedOnAnother() throws Exception {
    Tensor x = tensor(new float[] {3}).requiresGrad_();
    Tensor y = inParallel(Executors.newSingleThreadExecutor(), 1, () -> x.pow(3)).getFirst();
    y.backward();
    Expect.values(x.grad(), 27);
  }

  @Test
  void theModeOfOneThreadIsNotTheModeOfAnother() throws Exception {
    Tensor x = tensor(new float[] {3}).requiresGrad_();
    ExecutorService pool = Executors.newSingleThreadExecutor();
    Future<Boolean> other =
        Autograd.noGrad(() -> {
          assertFalse(x.mul(2).requiresGrad());
          return pool.submit(() -> x.mul(2).requiresGrad());
        });
    assertTrue(other.get());
    pool.close();
  }

  @Test
  void anErrorOnOneThreadLeavesTheOthersAlone() throws Exception {
    Tensor x = tensor(new float[] {1}).requiresGrad_();
    AtomicInteger number = new AtomicInteger();
    List<Boolean> failed =
        inParallel(
            Executors.newFixedThreadPool(4),
            40,
            () -> {
              boolean fails = number.getAndIncrement() % 2 == 0;
              Tensor y = x.mul(3);
              if (fails) {
                y.registerHook(g -> {
                  throw new IllegalStateException("thrown by a hook");
                });
              }
              try {
                y.backward();
                return false;
              } catch (IllegalStateException e) {
                return true;
              }
            });
    assertEquals(20, failed.stream().filter(f -> f).count());
    Expect.values(x.grad(), 60);
  }

  @Test
  void twoThreadsThatCloseOneHandleCloseItOnce() throws Exception {
    for (int i = 0; i < 300; i++) {
      Tensor x = vector(1, 2).mul(2);
      Tensor other = x.detach();
      CyclicBarrier start = new CyclicBarrier(2);
      inParallel(
          Executors.newFixedThreadPool(2),
          2,
          () -> {
            start.await();
            x.close();
            return true;
          });
      Expect.values(other, 2, 4);
    }
  }
}
