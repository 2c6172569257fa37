package dev.adjoint.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adjoint.Autograd;
import dev.adjoint.Expect;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Scope;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// Results of one thread that wait are what they would be at once, whatever other threads overwrite,
/// read or close meanwhile.
@Timeout(180)
@ExtendWith(Deferred.class)
class DeferralThreadsTest extends OnEachDevice {
  private static final int N = (int) Deferral.SMALLEST;
  private static final int THREADS = 3;

  private int rounds() {
    return device.isCpu() ? 400 : 20;
  }

  private static double last(Tensor t) {
    return t.select(0, N - 1).item();
  }

  @Test
  void aWriteIsNotSeenByWhatOtherThreadsComputedFromItBefore() throws Exception {
    Tensor x = full(Tensors.shape(N), 0.0);
    CyclicBarrier made = new CyclicBarrier(THREADS + 1);
    CyclicBarrier read = new CyclicBarrier(THREADS + 1);
    try (ExecutorService pool = Executors.newFixedThreadPool(THREADS)) {
      List<Future<?>> futures = new ArrayList<>();
      for (int t = 0; t < THREADS; t++) {
        futures.add(pool.submit(() -> readers(x, made, read)));
      }
      for (int i = 0; i < rounds(); i++) {
        made.await();
        x.add_(1); // while the others read what they computed from it
        read.await();
      }
      for (Future<?> f : futures) {
        f.get();
      }
    }
  }

  private Void readers(Tensor x, CyclicBarrier made, CyclicBarrier read)
      throws InterruptedException, BrokenBarrierException {
    for (int i = 0; i < rounds(); i++) {
      try (Scope _ = Scope.open()) {
        Tensor y = x.mul(2);
        Tensor z = y.add(1).mul(y);
        made.await();
        assertEquals(2.0 * i * (2 * i + 1), last(z));
        assertEquals(2.0 * i, last(y));
        assertEquals(4.0 * i * N, z.sub(z).add(y).add(y).sum().item());
      } finally {
        read.await();
      }
    }
    return null;
  }

  @Test
  void oneValueIsReadByManyThreadsAndClosedByItsMaker() throws Exception {
    Tensor x = full(Tensors.shape(N), 3.0);
    try (ExecutorService pool = Executors.newFixedThreadPool(THREADS)) {
      for (int i = 0; i < rounds(); i++) {
        try (Scope _ = Scope.open()) {
          readByAll(pool, x.mul(i), i);
        }
      }
    }
    Expect.shape(x, N);
  }

  private static void readByAll(ExecutorService pool, Tensor base, int i) throws Exception {
    Tensor y = base.add(1);
    List<Future<Double>> read = new ArrayList<>();
    for (int t = 0; t < THREADS; t++) {
      Tensor own = y.mul(t);
      read.add(pool.submit(() -> twice(own)));
    }
    base.close();
    y.close();
    for (int t = 0; t < THREADS; t++) {
      assertEquals(2.0 * t * (3 * i + 1), read.get(t).get());
    }
  }

  private static double twice(Tensor own) {
    try (Scope _ = Scope.open()) {
      return last(own.add(own)) + own.detach().sum().item() * 0;
    }
  }

  @Test
  void threadsTrainOnOneConstantAndParametersOfTheirOwn() throws Exception {
    Tensor data = full(Tensors.shape(N), 1.0);
    try (ExecutorService pool = Executors.newFixedThreadPool(THREADS)) {
      List<Future<Double>> results = new ArrayList<>();
      for (int t = 0; t < THREADS; t++) {
        results.add(pool.submit(() -> trained(data)));
      }
      double expected = trained(data);
      for (Future<Double> f : results) {
        assertEquals(expected, f.get());
      }
    }
  }

  private double trained(Tensor data) {
    try (Scope _ = Scope.open()) {
      Tensor w = full(Tensors.shape(N), 2.0).clone().requiresGrad_();
      for (int i = 0; i < rounds() / 10; i++) {
        w.mul(data).tanh().sub(0.5).square().mean().backward();
        Autograd.noGrad(() -> w.sub_(Expect.gradOf(w).mul(N * 0.1)));
        w.setGrad(null);
      }
      return last(w);
    }
  }
}
