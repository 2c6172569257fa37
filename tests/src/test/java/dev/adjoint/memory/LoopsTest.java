package dev.adjoint.memory;

import static dev.adjoint.Tensors.full;
import static dev.adjoint.Tensors.ones;
import static dev.adjoint.Tensors.shape;
import static dev.adjoint.Tensors.zeros;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Autograd;
import dev.adjoint.Expect;
import dev.adjoint.Scope;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.memory.CachingAllocator.Statistics;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import java.lang.ref.Reference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Programs that never close a tensor stay within bounds all the same, whether results wait or not.
@Timeout(120)
class LoopsTest extends EitherWay {
  private static final int MILLION = 1 << 20;
  private static final long MIB = 1 << 20;

  private static CachingAllocator allocator() {
    return Devices.open(Device.CPU).allocator();
  }

  /// What the device gave at most, beyond what it had given before.
  private static void staysBelow(long mib, Runnable loop) {
    allocator().trim();
    long before = allocator().statistics().reserved();
    loop.run();
    long grown = allocator().statistics().reserved() - before;
    assertTrue(
        grown < mib * MIB, () -> "grew by " + grown / MIB + " MiB: " + allocator().statistics());
  }

  @Test
  void theNaiveLoopStaysBounded() {
    staysBelow(
        1100,
        () -> {
          Tensor x = zeros(MILLION);
          Tensor y = ones(MILLION);
          for (int i = 0; i < 2000; i++) {
            x = x.add(y);
          }
          assertEquals(2000, x.select(0, MILLION - 1).item());
        });
  }

  @Test
  void theNaiveLoopInAScopeNeedsTwoTensors() {
    staysBelow(
        64,
        () -> {
          Tensor y = ones(MILLION);
          Tensor x = zeros(MILLION);
          for (int i = 0; i < 500; i++) {
            try (Scope scope = Scope.open()) {
              Tensor next = scope.keep(x.add(y));
              x.close();
              x = next;
            }
          }
          assertEquals(500, x.select(0, 0).item());
        });
  }

  @Test
  void trainingWithoutAScopeStaysBounded() {
    staysBelow(
        1100,
        () -> {
          Tensor w = full(shape(MILLION), 2.0).requiresGrad_();
          Tensor data = ones(MILLION).mul(3);
          for (int i = 0; i < 100; i++) {
            Tensor loss = w.mul(data).tanh().sub(0.5).pow(2).mean();
            loss.backward();
            Autograd.noGrad(() -> w.sub_(Expect.gradOf(w).mul(0.1)));
            w.setGrad(null);
          }
        });
  }

  @Test
  void trainingInAScopeHoldsOneStepOnly() {
    Tensor w = full(shape(MILLION), 2.0).requiresGrad_();
    Tensor data = ones(MILLION).mul(3);
    staysBelow(
        80,
        () -> {
          for (int i = 0; i < 50; i++) {
            try (Scope _ = Scope.open()) {
              w.mul(data).tanh().sub(0.5).pow(2).mean().backward();
              Autograd.noGrad(() -> w.sub_(Expect.gradOf(w).mul(0.1)));
              Expect.gradOf(w).zero_();
            }
          }
        });
  }

  @Test
  void aGradientThatNobodyLookedAtIsGivenBackWhenItIsReplaced() {
    Tensor w = full(shape(MILLION), 2.0).requiresGrad_();
    long before = LiveBytes.settled(Device.CPU);
    for (int i = 0; i < 3; i++) {
      try (Scope _ = Scope.open()) {
        w.square().sum().backward();
      }
      assertEquals(before + 4 * MIB, LiveBytes.of(Device.CPU), MIB, "one gradient");
      w.setGrad(null);
      assertEquals(before, LiveBytes.of(Device.CPU), MIB, "none, before any collection");
    }
  }

  @Test
  void aDroppedGraphGivesEverythingBack() {
    final long before = LiveBytes.settled(Device.CPU);
    Tensor y = graph();
    long kept = (LiveBytes.settled(Device.CPU) - before) / (4 * MIB);
    assertTrue(waits ? kept <= 1 : kept >= 16, () -> kept + " tensors");
    Reference.reachabilityFence(y);
    y = null;
    LiveBytes.fallBelow(Device.CPU, before + 4 * MIB, "a dropped graph keeps nothing");
  }

  private static Tensor graph() {
    Tensor x = full(shape(MILLION), 0.5).requiresGrad_();
    for (int i = 0; i < 16; i++) {
      x = x.exp().sin();
    }
    return x.sum();
  }

  @Test
  void bytesAreCountedByState() {
    allocator().trim();
    final Statistics before = allocator().statistics();
    Tensor x = Deferred.computed(ones(8 * MILLION).mul(2));
    Statistics during = allocator().statistics();
    assertTrue(during.live() - before.live() >= 32 * MIB);
    assertTrue(during.peak() >= during.live());
    x.close();
    Statistics after = allocator().statistics();
    assertTrue(after.cached() - during.cached() >= 32 * MIB);
    allocator().trim();
    assertTrue(after.reserved() - allocator().statistics().reserved() >= 32 * MIB);
  }

  @Test
  void moreThanTwoToThe31ElementsAreSummedAndIndexed() {
    long n = (1L << 31) + 16;
    try (Scope _ = Scope.open()) {
      Tensor constant = full(shape(n), 1, DType.BOOL, Device.CPU);
      assertEquals(n, constant.numel());
      Tensor small = Tensors.tensor(new boolean[] {true, false, true, true});
      Tensor inMemory = small.unsqueeze(0).expand(n / 4, 4).logicalNot();
      inMemory.select(0, n / 4 - 1).fill_(1);
      assertEquals(n / 4 + 3, inMemory.sum().itemLong());
      Expect.fails(
          dev.adjoint.type.ShapeException.class,
          "a Java array holds at most 2^31 - 9 elements; this tensor has " + n,
          inMemory::toBooleanArray);
    }
    allocator().trim();
  }
}
