package dev.adjoint.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Expect;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Scope;
import dev.adjoint.Tensor;
import dev.adjoint.memory.LiveBytes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Many threads, many nodes, many failures.
@Timeout(120)
class StressTest extends OnEachDevice {

  private static final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Refusal() {
      super("thrown by a hook", null, false, false);
    }
  }

  /// Runs a body so often on each of many threads, all of which begin together.
  private static void together(ExecutorService pool, int threads, int times, Runnable body)
      throws Exception {
    CountDownLatch start = new CountDownLatch(1);
    List<Future<?>> running = new ArrayList<>();
    try (pool) {
      for (int i = 0; i < threads; i++) {
        running.add(
            pool.submit(() -> {
              start.await();
              for (int k = 0; k < times; k++) {
                body.run();
              }
              return null;
            }));
      }
      start.countDown();
      for (Future<?> f : running) {
        f.get();
      }
    }
  }

  private void sharedLeavesAddUp(ExecutorService pool, int threads, int times) throws Exception {
    Tensor w = leaf(1, 2);
    Tensor b = scalarLeaf(1);
    AtomicInteger seen = new AtomicInteger();
    w.registerHook(g -> {
      seen.incrementAndGet();
      return null;
    });
    together(
        pool,
        threads,
        times,
        () -> {
          try (Scope _ = Scope.open()) {
            w.mul(w).mul(b).sum().backward();
          }
        });
    int calls = threads * times;
    assertEquals(calls, seen.get());
    Expect.values(w.grad(), 2.0 * calls, 4.0 * calls);
    Expect.values(b.grad(), 5.0 * calls);
  }

  @Test
  void sixtyFourThreadsAddUpExactlyInSharedLeaves() throws Exception {
    sharedLeavesAddUp(Executors.newFixedThreadPool(64), 64, device.isCpu() ? 50 : 10);
  }

  @Test
  void aThousandVirtualThreadsAddUpExactlyInSharedLeaves() throws Exception {
    sharedLeavesAddUp(Executors.newVirtualThreadPerTaskExecutor(), 1000, device.isCpu() ? 4 : 1);
  }

  @Test
  void aMillionNodesWithHooksRun() {
    int depth = device.isCpu() ? 1_000_000 : 40_000;
    Tensor x = leaf(1, 2);
    AtomicInteger seen = new AtomicInteger();
    Tensor y = x;
    for (int i = 0; i < depth; i++) {
      y = y.add(1);
      if (i % 10 == 0) {
        y.registerHook(g -> {
          seen.incrementAndGet();
          return null;
        });
      }
    }
    y.backward(vector(3, 4));
    assertEquals(depth / 10, seen.get());
    Expect.values(x.grad(), 3, 4);
  }

  @Test
  void failingBackwardCallsLeaveNothingBehind() {
    int calls = device.isCpu() ? 100_000 : 2_000;
    Tensor x = leaf(1, 2);
    x.mul(3).sum().backward();
    final long before = LiveBytes.settled(device);
    Refusal refusal = new Refusal();
    for (int i = 0; i < calls; i++) {
      Tensor y = x.mul(x);
      y.registerHook(g -> {
        throw refusal;
      });
      assertThrows(Refusal.class, y.sum()::backward);
    }
    LiveBytes.fallBelow(device, before + 100_000, "failures keep nothing");
    Expect.values(x.grad(), 3, 3);
    assertTrue(x.requiresGrad());
    x.mul(x).sum().backward();
    Expect.values(x.grad(), 5, 7);
  }
}
