package dev.adjoint.capture;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.LaunchGraph;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.memory.Deferred;
import dev.adjoint.memory.LiveBytes;
import dev.adjoint.optim.Adam;
import dev.adjoint.optim.AdamW;
import dev.adjoint.optim.SGD;
import dev.adjoint.type.DType;
import dev.adjoint.type.GraphException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a replay cannot repeat is refused at the capture, and nothing of the capture is left.
@Timeout(60)
class RefusedCaptureTest extends OnEachDevice {

  static void refused(String start, Supplier<?> step) {
    GraphException e = assertThrows(GraphException.class, () -> LaunchGraph.capture(step));
    assertTrue(e.getMessage().startsWith(start), e.getMessage());
  }

  @Test
  void elementsAreNotRead() {
    Tensor x = vector(1, 2, 3);
    refused("capture: the step reads elements of a tensor of shape [] on", () -> x.sum().item());
    refused("capture: the step reads elements of a tensor of shape [3] on", x::toFloatArray);
    refused("capture: the step reads elements", x::toString);
    refused("capture: the step reads elements", x::segment);
    assertArrayEquals(new float[] {1, 2, 3}, x.toFloatArray());
  }

  @Test
  void elementsDoNotComeFromTheHost() {
    Tensor x = vector(1, 2);
    refused(
        "capture: the step brings elements of shape [2] from the host to " + device,
        () -> x.add(vector(3, 4)));
    try (LaunchGraph<Tensor> g = LaunchGraph.capture(() -> x.add(tensor(3f)).mul(ones(2)))) {
      assertArrayEquals(new float[] {4, 5}, g.replay().toFloatArray());
    }
  }

  @Test
  void randomNumbersAreNotDrawnAndTheStreamStaysWhereItIs() {
    Tensor x = zeros(2);
    Tensors.manualSeed(3);
    float[] next = Tensors.rand(Tensors.shape(2), DType.FLOAT32, device).toFloatArray();
    Tensors.manualSeed(3);
    refused(
        "random_uniform: a replay would draw the same numbers of shape [2] again",
        () -> x.add(Tensors.rand(Tensors.shape(2), DType.FLOAT32, device)));
    assertArrayEquals(next, Tensors.rand(Tensors.shape(2), DType.FLOAT32, device).toFloatArray());
  }

  @Test
  void anOptimisersStateDoesNotBeginInside() {
    Tensor p = leaf(1, 2);
    p.sum().backward();
    SGD momentum = new SGD(List.of(p), 0.1).momentum(0.9);
    refused("step: an optimiser's state of shape [2] begins in a captured step", stepOf(momentum));
    AdamW adam = new AdamW(List.of(p), 0.1);
    adam.step();
    refused("AdamW: the number of steps is a number of the captured launches", stepOf(adam));
    refused("step: an optimiser's state", stepOf(new Adam(List.of(p)).capturable()));
    long version = p.version();
    assertEquals(1, version);
  }

  private static Supplier<Tensor> stepOf(dev.adjoint.optim.Optimizer optimizer) {
    return () -> {
      optimizer.step();
      return optimizer.parameters().getFirst();
    };
  }

  @Test
  void nothingIsNoStep() {
    refused("capture: the step launches nothing", () -> zeros(2));
    refused("capture: the step launches nothing", () -> "a");
  }

  @Test
  void capturesDoNotNestAndReplaysAreNotCaptured() {
    Tensor x = vector(1, 2);
    try (LaunchGraph<Tensor> g = LaunchGraph.capture(() -> x.mul(2))) {
      refused("replay: inside of a step that is captured", g::replay);
      refused("capture: a capture is under way", () -> LaunchGraph.capture(() -> x.add(1)));
      assertNotNull(g.replay());
    }
  }

  @Test
  void twoThreadsDoNotCaptureAtOnce() throws Exception {
    Tensor x = vector(1, 2);
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch tried = new CountDownLatch(1);
    try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
      Future<LaunchGraph<Tensor>> first =
          pool.submit(() ->
              LaunchGraph.capture(() -> {
                Tensor y = x.mul(2);
                inside.countDown();
                await(tried);
                return y;
              }));
      await(inside);
      try {
        GraphException e =
            assertThrows(GraphException.class, () -> LaunchGraph.capture(() -> x.add(1)));
        assertTrue(e.getMessage().contains("captures a step. Wait for it"), e.getMessage());
        // What this thread does meanwhile is its own affair.
        assertArrayEquals(new float[] {2, 3}, x.add(1).toFloatArray());
      } finally {
        tried.countDown();
      }
      try (LaunchGraph<Tensor> g = first.get()) {
        assertEquals("LaunchGraph(1 launches on " + device + ")", g.toString());
      }
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void anotherThreadKeepsOffWhatTheStepMakes() throws Exception {
    Tensor x = vector(1, 2);
    try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
      refused(
          "capture: another thread worked on what the step made",
          () -> {
            Tensor y = x.mul(2).sum();
            Future<?> other = pool.submit(() -> y.sum());
            assertThrows(Exception.class, other::get);
            return y;
          });
    }
  }

  @Test
  void anotherThreadDoesNotComputeWhatTheStepHasOnlyDescribed() throws Exception {
    Tensor x = counting(1 << 13);
    try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
      Supplier<Tensor> step =
          () -> {
            Tensor y = x.mul(2);
            Future<?> other = pool.submit(y::toFloatArray);
            assertThrows(Exception.class, other::get);
            return y;
          };
      GraphException e =
          Deferred.waiting(
              () -> assertThrows(GraphException.class, () -> LaunchGraph.capture(step)));
      assertTrue(e.getMessage().startsWith("capture: another thread"), e.getMessage());
    }
  }

  @Test
  void aStepThatThrowsLeavesNothingRecorded() {
    long n = 1 << 18;
    Tensor x = counting(n);
    long before = LiveBytes.settled(device);
    IllegalStateException thrown = new IllegalStateException("not today");
    IllegalStateException e =
        assertThrows(
            IllegalStateException.class,
            () ->
                LaunchGraph.capture(() -> {
                  x.add_(1);
                  x.mul(2).close();
                  throw thrown;
                }));
    assertEquals(thrown, e);
    LiveBytes.fallBelow(device, before + n, "after the step threw");
    assertEquals(1, x.select(0, 0).item());
    try (LaunchGraph<Tensor> g = LaunchGraph.capture(() -> x.add(1))) {
      assertEquals(2, g.replay().select(0, 0).item());
    }
  }
}
