package dev.adjoint.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Autograd;
import dev.adjoint.Expect;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.type.GraphException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Modes on other threads than the one that set them.
@Timeout(60)
class CapturedModesTest extends OnEachDevice {

  private interface Start {
    void start(Runnable task) throws Exception;
  }

  private static final List<Start> THREADS =
      List.of(
          task -> Thread.ofPlatform().start(task).join(),
          task -> Thread.ofVirtual().start(task).join(),
          task -> {
            try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
              pool.submit(task).get();
            }
          },
          task -> {
            try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
              pool.submit(task).get();
            }
          });

  private static <T> T on(Start thread, Callable<T> work) throws Exception {
    FutureTask<T> task = new FutureTask<>(work);
    thread.start(task);
    return task.get(10, TimeUnit.SECONDS);
  }

  @Test
  void aNewThreadRecordsWhateverItsMakerDoes() throws Exception {
    Tensor x = leaf(1, 2);
    for (Start thread : THREADS) {
      FutureTask<Boolean> task = new FutureTask<>(() -> x.mul(2).requiresGrad());
      Autograd.noGrad(() -> start(thread, task));
      assertTrue(task.get());
    }
  }

  private static void start(Start thread, Runnable task) {
    try {
      thread.start(task);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void capturedModesAreThoseOfTheirThread() throws Exception {
    Tensor x = leaf(1, 2);
    CapturedModes none = Autograd.captureModes();
    CapturedModes quiet = Autograd.noGrad(Autograd::captureModes);
    CapturedModes inference = Autograd.inferenceMode(Autograd::captureModes);
    for (Start thread : THREADS) {
      assertFalse(on(thread, quiet.wrap(() -> x.mul(2).requiresGrad())));
      assertTrue(on(thread, inference.wrap(() -> x.mul(2).isInference())));
      assertTrue(on(thread, none.wrap(() -> Autograd.isGradEnabled())));
    }
    Autograd.noGrad(() -> none.wrap(() -> assertTrue(x.mul(2).requiresGrad())).run());
    Autograd.inferenceMode(() -> none.wrap(() -> assertTrue(x.mul(2).requiresGrad())).run());
  }

  @Test
  void hooksOfSavedTensorsAndTracingGoAlong() throws Exception {
    Tensor x = leaf(1, 2);
    CapturedModes hooked =
        Autograd.savedTensorHooks(t -> t.mul(2), (Tensor t) -> t, Autograd::captureModes);
    CapturedModes traced = Autograd.tracing(Autograd::captureModes);
    for (Start thread : THREADS) {
      Tensor y = on(thread, hooked.wrap(() -> x.mul(x)));
      Expect.values(Autograd.grad(y.sum(), x), 4, 8);
      Tensor z = on(thread, traced.wrap(() -> x.exp().sum()));
      z.backward();
      String second = assertThrows(GraphException.class, z::backward).getMessage();
      assertTrue(
          second.contains("It was recorded at " + CapturedModesTest.class.getName()), second);
    }
    Tensor plain = on(THREADS.getFirst(), () -> x.mul(x));
    Expect.values(Autograd.grad(plain.sum(), x), 2, 4);
  }

  @Test
  void anExecutorRunsItsTasksWithThem()
      throws InterruptedException, ExecutionException, TimeoutException {
    Tensor x = leaf(1, 2);
    try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
      CompletableFuture<Boolean> tracked =
          Autograd.noGrad(() ->
              CompletableFuture.supplyAsync(
                  () -> x.mul(2).requiresGrad(), Autograd.captureModes().wrap(pool)));
      assertFalse(tracked.get(10, TimeUnit.SECONDS));
      assertTrue(pool.submit(() -> x.mul(2).requiresGrad()).get());
    }
  }

  @Test
  void whatATaskThrowsComesThrough() {
    CapturedModes modes = Autograd.noGrad(Autograd::captureModes);
    IOException e = new IOException("gone");
    Callable<Boolean> fails =
        () -> {
          throw e;
        };
    assertSame(e, assertThrows(IOException.class, modes.wrap(fails)::call));
    assertEquals("fine", modes.run(() -> "fine"));
    assertTrue(Autograd.isGradEnabled());
  }
}
