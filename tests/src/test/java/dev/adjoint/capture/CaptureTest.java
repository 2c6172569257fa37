package dev.adjoint.capture;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Index;
import dev.adjoint.LaunchGraph;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Scope;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.memory.Deferred;
import dev.adjoint.memory.LiveBytes;
import dev.adjoint.nn.Losses;
import dev.adjoint.type.ClosedException;
import dev.adjoint.type.DType;
import dev.adjoint.type.IndexException;
import dev.adjoint.type.TensorException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a replay reads, writes and counts.
@Timeout(60)
class CaptureTest extends OnEachDevice {
  private static final long LARGE = 1 << 18;

  @Test
  void theStepRunsAtTheCaptureAndEachReplayReadsAnew() {
    Tensor x = vector(1, 2, 3);
    try (LaunchGraph<Tensor> g = LaunchGraph.capture(() -> x.mul(2).add(1))) {
      Tensor y = g.result();
      assertArrayEquals(new float[] {3, 5, 7}, y.toFloatArray());
      x.copy_(vector(10, 20, 30));
      assertArrayEquals(new float[] {3, 5, 7}, y.toFloatArray());
      assertSame(y, g.replay());
      assertArrayEquals(new float[] {21, 41, 61}, y.toFloatArray());
      assertTrue(g.toString().startsWith("LaunchGraph("), g::toString);
      assertEquals(device, g.device());
    }
  }

  @Test
  void whatWasAccumulatedGoesOn() {
    Tensor sum = zeros(3); // a constant that nobody has needed in memory yet
    Tensor count = Tensors.zeros(Tensors.shape(), DType.INT64, device);
    Tensor large = zeros(LARGE);
    Tensor x = vector(1, 2, 3);
    try (LaunchGraph<Tensor> g =
        LaunchGraph.capture(() -> {
          count.add_(1);
          large.add_(2);
          return sum.add_(x);
        })) {
      g.replay();
      g.replay();
    }
    assertArrayEquals(new float[] {3, 6, 9}, sum.toFloatArray());
    assertEquals(3, count.itemLong());
    assertEquals(6 * LARGE, large.sum().item());
  }

  @Test
  void constantsOfBeforeAreReadWhereTheyAre() {
    Tensor scale = full(Tensors.shape(2), 3.0);
    Tensor x = vector(1, 2);
    try (LaunchGraph<Tensor> g = LaunchGraph.capture(() -> x.mul(scale))) {
      scale.add_(1);
      assertArrayEquals(new float[] {4, 8}, g.replay().toFloatArray());
    }
  }

  @Test
  void gradientsAddUpWhereTheyWereAndAreAssignedWhereTheyWereNot() {
    Tensor old = leaf(1, 2);
    Tensor fresh = leaf(1, 2);
    old.mul(3).sum().backward();
    try (LaunchGraph<?> g =
        LaunchGraph.capture(() -> {
          old.mul(5).sum().backward();
          fresh.mul(7).sum().backward();
          return old;
        })) {
      g.replay();
    }
    assertArrayEquals(new float[] {13, 13}, old.grad().toFloatArray());
    assertArrayEquals(new float[] {7, 7}, fresh.grad().toFloatArray());
  }

  @Test
  void aReplayCountsTheVersionsThatTheStepCounts() {
    Tensor x = vector(1, 2, 3, 4);
    Tensor part = x.narrow(0, 0, 2);
    try (LaunchGraph<Tensor> g =
        LaunchGraph.capture(() -> {
          part.mul_(2);
          part.add_(1);
          return x.sum();
        })) {
      assertEquals(2, x.version());
      long result = g.result().version();
      g.replay();
      assertEquals(4, x.version());
      assertTrue(g.result().version() > result);
    }
  }

  @Test
  void aReplayIsAWriteToWhatAGraphHasSaved() {
    Tensor w = leaf(1, 2, 3, 4);
    Tensor x = vector(1, 1, 1, 1);
    Tensor left = x.narrow(0, 0, 2);
    Tensor right = x.narrow(0, 2, 2);
    try (LaunchGraph<Tensor> g = LaunchGraph.capture(() -> left.mul_(3))) {
      Tensor untouched = w.narrow(0, 2, 2).mul(right).sum();
      Tensor overwritten = w.narrow(0, 0, 2).mul(left).sum();
      g.replay();
      untouched.backward();
      TensorException e = assertThrows(TensorException.class, overwritten::backward);
      assertTrue(e.getMessage().contains("mul_"), e.getMessage());
    }
    assertArrayEquals(new float[] {0, 0, 1, 1}, w.grad().toFloatArray());
  }

  @Test
  void memoryThatTheStepGaveBackIsNobodyElsesUntilTheGraphIsClosed() {
    Tensor x = counting(LARGE);
    cacheLittleLarger();
    long before = LiveBytes.settled(device);
    LaunchGraph<Tensor> g =
        Deferred.atOnce(() ->
            LaunchGraph.capture(() -> {
              try (Scope scope = Scope.open()) {
                Tensor t = x.contiguous().add(1);
                for (int i = 0; i < 10; i++) {
                  Tensor next = t.mul(i < 5 ? 2 : 0.5);
                  t.close();
                  t = next;
                }
                return scope.keep(t.sum());
              }
            }));
    long held = LiveBytes.of(device) - before;
    assertTrue(held >= 8 * LARGE, () -> held + " bytes");
    Tensor other = Deferred.computed(full(Tensors.shape(LARGE), 5.0).add(1));
    double sum = g.replay().item();
    assertEquals(6 * LARGE, other.sum().item());
    assertEquals(x.add(1).sum().item(), sum);
    // What the loop no longer needs serves it again: not ten times the memory.
    assertTrue(held < 24 * LARGE, () -> held + " bytes");
    other.close();
    g.close();
    g.close();
    LiveBytes.fallBelow(device, before + 4 * LARGE, "after the graph was closed");
    assertEquals(sum, g.result().item());
    ClosedException e = assertThrows(ClosedException.class, g::replay);
    assertTrue(e.getMessage().startsWith("replay: "), e.getMessage());
  }

  /// Has the allocator find chunks that are a little larger than what the step asks for.
  private void cacheLittleLarger() {
    try (Scope _ = Scope.open()) {
      for (int i = 0; i < 16; i++) {
        Deferred.computed(full(Tensors.shape(LARGE + LARGE / 8), 1.0));
      }
    }
  }

  @Test
  void whatIsClosedAfterTheCaptureStaysForReplays() {
    Tensor x = counting(LARGE);
    Tensor y = zeros(1);
    try (LaunchGraph<Tensor> g = LaunchGraph.capture(() -> y.copy_(x.add(1).sum().reshape(1)))) {
      float[] first = y.toFloatArray();
      x.close();
      Tensor other = Deferred.computed(full(Tensors.shape(LARGE), 5.0).add(1));
      y.zero_();
      g.replay();
      assertArrayEquals(first, y.toFloatArray());
      assertEquals(6, other.select(0, 7).item());
    }
  }

  @Test
  void aGraphThatIsDroppedIsClosedByTheCollector() {
    Tensor x = counting(LARGE);
    long before = LiveBytes.settled(device);
    capturedAndDropped(x);
    LiveBytes.fallBelow(device, before + LARGE, "after the graph was dropped");
    assertNotNull(x.add(1));
  }

  private static void capturedAndDropped(Tensor x) {
    LaunchGraph<Tensor> g = LaunchGraph.capture(() -> x.add(1).mul(2).sum());
    assertTrue(g.replay().item() > 0);
  }

  @Test
  void replaysMayComeFromManyThreads() throws Exception {
    Tensor sum = zeros(LARGE);
    int threads = 4;
    int each = device.isCpu() ? 50 : 5;
    try (LaunchGraph<Tensor> g = LaunchGraph.capture(() -> sum.add_(1).mul(2).add(1));
        ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<?>> done = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        done.add(
            pool.submit(() -> {
              for (int i = 0; i < each; i++) {
                g.replay();
              }
            }));
      }
      for (Future<?> f : done) {
        f.get();
      }
      double n = threads * each + 1;
      assertEquals(n, sum.select(0, 0).item());
      assertEquals(2 * n + 1, g.result().select(0, 1).item());
    }
  }

  @Test
  void anIndexOutOfRangeIsToldToWhoeverReadsNext() {
    Tensor logits = leaf(1, 2, 3, 4, 5, 6).reshape(2, 3);
    Tensor target = tensor(new long[] {0, 2});
    Tensor other = vector(1);
    LaunchGraph<Tensor> g = LaunchGraph.capture(() -> Losses.crossEntropy(logits, target).detach());
    double right = g.replay().item();
    target.copy_(tensor(new long[] {0, 3}));
    g.replay();
    target.copy_(tensor(new long[] {-100, 2})); // one that is to be ignored
    g.replay();
    IndexException e = assertThrows(IndexException.class, other::item);
    assertTrue(
        e.getMessage()
            .startsWith(
                "replay: an index was out of range and counted as the lowest: Target ? is out of"
                    + " bounds. There are 3 classes."),
        e.getMessage());
    assertEquals(1, other.item());
    assertEquals(Losses.crossEntropy(logits, target).item(), g.replay().item());
    target.copy_(tensor(new long[] {0, 2}));
    assertEquals(right, g.replay().item());
    target.copy_(tensor(new long[] {-1, 2}));
    g.replay();
    assertThrows(IndexException.class, g::close);
    assertThrows(ClosedException.class, g::replay);
    target.copy_(tensor(new long[] {0, 3}));
    IndexException at =
        assertThrows(
            IndexException.class,
            () -> LaunchGraph.capture(() -> Losses.crossEntropy(logits, target)));
    assertTrue(at.getMessage().startsWith("Target 3 is out of bounds"), at.getMessage());
  }

  @Test
  void lookupsAreCaptured() {
    Tensor table = counting(4, 2);
    Tensor rows = tensor(new long[] {3, 0});
    try (LaunchGraph<Tensor> g =
        LaunchGraph.capture(
            () -> table.indexSelect(0, rows).add(table.get(Index.of(rows.sub(4)))))) {
      rows.copy_(tensor(new long[] {1, 2}));
      assertArrayEquals(new float[] {4, 6, 8, 10}, g.replay().toFloatArray());
    }
  }

  @Test
  void twoGraphsOfOneMemoryTakeTurns() {
    Tensor x = vector(1, 1);
    try (LaunchGraph<Tensor> twice = LaunchGraph.capture(() -> x.mul_(2));
        LaunchGraph<Tensor> more = LaunchGraph.capture(() -> x.add_(1))) {
      x.copy_(vector(1, 5));
      twice.replay();
      more.replay();
      twice.replay();
    }
    assertArrayEquals(new float[] {6, 22}, x.toFloatArray());
  }
}
