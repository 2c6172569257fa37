package dev.adjoint.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Expect;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.memory.Deferred;
import dev.adjoint.memory.LiveBytes;
import java.lang.ref.Reference;
import java.util.ArrayDeque;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Graphs of very many operations: nothing recurses, and nothing stays behind.
@Timeout(60)
class DeepGraphTest extends OnEachDevice {

  /// A million on the CPU; elsewhere fewer, since each launch takes longer and the walk is the same.
  private int depth;

  @BeforeEach
  void chooseDepth() {
    depth = device.isCpu() ? 1_000_000 : 40_000;
  }

  private Tensor leaf() {
    return tensor(new float[] {1, 2}).requiresGrad_();
  }

  @Test
  void aChainOfAMillionSumsRunsBothWays() {
    Tensor x = leaf();
    Tensor y = x;
    for (int i = 0; i < depth; i++) {
      y = y.add(1);
    }
    y.backward(tensor(new float[] {3, 4}));
    Expect.values(x.grad(), 3, 4);
    Expect.values(y, depth + 1, depth + 2);
  }

  private Tensor chain(Tensor x) {
    Tensor y = x;
    for (int i = 0; i < depth / 20; i++) {
      y = y.mul(y).sqrt();
    }
    return y;
  }

  @Test
  void aLongChainWithSavedValuesIsReleasedWhenItIsDropped() {
    final long before = LiveBytes.settled(device);
    Tensor y = Deferred.atOnce(() -> chain(leaf()));
    assertTrue(LiveBytes.of(device) - before > depth / 20 * 64L, "the chain saves every value");
    Reference.reachabilityFence(y);
    y = null;
    LiveBytes.fallBelow(device, before + 100_000, "a dropped graph keeps nothing");
  }

  @Test
  void backwardReleasesALongChainAsItGoes() {
    final long before = LiveBytes.settled(device);
    Tensor x = leaf();
    Tensor y = chain(x);
    y.backward(tensor(new float[] {1, 1}));
    assertEquals(1, Expect.gradOf(x).select(0, 0).item(), 0.02);
    LiveBytes.fallBelow(device, before + 100_000, "what was saved went back");
    assertTrue(y.requiresGrad());
  }

  @Test
  void manyOperationsWithSkipConnectionsRunBothWays() {
    Tensor x = leaf();
    ArrayDeque<Tensor> earlier = new ArrayDeque<>();
    Tensor y = x;
    for (int i = 0; i < depth / 8; i++) {
      earlier.addLast(y);
      Tensor skipped = earlier.size() > 3 ? earlier.removeFirst() : y;
      y = y.add(skipped).mul(0.5);
    }
    Expect.values(y, 1, 2);
    y.backward(tensor(new float[] {1, 1}));
    Expect.close(x.grad(), 1e-3, 1, 1);
  }
}
