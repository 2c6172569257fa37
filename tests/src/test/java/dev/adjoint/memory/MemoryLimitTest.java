package dev.adjoint.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.DeviceMemory;
import dev.adjoint.Expect;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Scope;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.optim.Adam;
import dev.adjoint.optim.AdamW;
import dev.adjoint.optim.Optimizer;
import dev.adjoint.optim.SGD;
import dev.adjoint.type.DType;
import dev.adjoint.type.DeviceException;
import dev.adjoint.type.OutOfMemoryException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/// A limit of a device's memory: what passes it is refused, and a call that is refused changes nothing.
class MemoryLimitTest extends OnEachDevice {
  private static final long MIB = 1 << 20;

  /// Slabs of tiny tensors that are begun meanwhile.
  private static final long SLABS = 64 << 10;

  /// So many that each tensor has a segment of its own.
  private static final long WIDE = 8 * MIB;

  private static final List<Function<List<Tensor>, Optimizer>> OPTIMIZERS =
      List.of(
          p -> new Adam(p, 0.1),
          p -> new AdamW(p, 0.1),
          p -> new SGD(p, 0.1).momentum(0.9).dampening(0.5));

  @AfterEach
  void endLimit() {
    DeviceMemory.limit(device, Long.MAX_VALUE);
  }

  /// Lets so much be taken, once nothing is left to give back.
  private void leaveRoom(long bytes) {
    DeviceMemory.emptyCache(device);
    DeviceMemory.limit(device, DeviceMemory.of(device).reserved() + bytes);
  }

  private Tensor random(long... sizes) {
    return Tensors.rand(Tensors.shape(sizes), DType.FLOAT32, device);
  }

  private static String refusal(Executable call) {
    return assertThrows(OutOfMemoryException.class, call).getMessage();
  }

  private static float[] elements(Tensor t) {
    try (Tensor plain = t.detach()) {
      return plain.toFloatArray();
    }
  }

  private static List<Long> versions(Tensor... operands) {
    return Arrays.stream(operands).map(Tensor::version).toList();
  }

  /// Makes a call in more and more room, until it goes well.
  private void failsCleanly(Supplier<Tensor> call, Tensor... operands) {
    DeviceMemory.limit(device, Long.MAX_VALUE);
    float[] expected;
    try (Tensor y = call.get()) {
      expected = elements(y);
    }
    LiveBytes.settled(device);
    int failures = 0;
    for (long room = 0; ; room += MIB) {
      leaveRoom(room);
      long live = LiveBytes.of(device);
      List<Long> versions = versions(operands);
      float[] got;
      try (Tensor y = call.get()) {
        got = elements(y);
      } catch (OutOfMemoryException e) {
        failures++;
        // A graph that no backward went through goes back with its last reader.
        boolean graph = operands[0].requiresGrad();
        long grown = (graph ? LiveBytes.settled(device) : LiveBytes.of(device)) - live;
        assertTrue(grown < SLABS, () -> "a failed call holds " + grown + " bytes");
        assertEquals(versions, versions(operands));
        continue;
      }
      assertArrayEquals(expected, got);
      assertTrue(failures > 0, "never refused");
      return;
    }
  }

  @Test
  void theErrorNamesTheCallAndTheLimit() {
    LiveBytes.settled(device);
    leaveRoom(4 * MIB);
    String message = refusal(() -> Tensors.empty(Tensors.shape(2 * MIB), DType.FLOAT32, device));
    DeviceMemory memory = DeviceMemory.of(device);
    assertEquals(
        String.format(
            "empty: %s out of memory. Tried to allocate 8,388,608 bytes; %,d bytes are in use, %,d are"
                + " cached, %,d reserved of a limit of %,d. Close tensors, use a Scope, make the batch"
                + " smaller, raise the limit (DeviceMemory.limit, -Dadjoint.memory.limit.%s), or see"
                + " who holds it with DeviceMemory.recordHistory(true) and DeviceMemory.snapshot.",
            device, memory.live(), memory.cached(), memory.reserved(), memory.limit(), device),
        message);
    DeviceMemory.limit(device, Long.MAX_VALUE);
    Tensors.empty(Tensors.shape(2 * MIB), DType.FLOAT32, device).close();
  }

  @Test
  void theErrorNamesTheOperationThatWaited() {
    Tensor x = random(MIB);
    Tensor y = Deferred.waiting(() -> x.mul(2).add(1));
    LiveBytes.settled(device);
    leaveRoom(0);
    String message = refusal(() -> Deferred.computed(y));
    assertTrue(message.startsWith("add: " + device + " out of memory."), message);
    DeviceMemory.limit(device, Long.MAX_VALUE);
    assertEquals(elements(x)[5] * 2 + 1, elements(y)[5]);
  }

  @Test
  void refusedOperationsLeaveNothingBehind() {
    Tensor x = random(1024, 512);
    Tensor y = random(1024, 512);
    failsCleanly(
        () -> {
          try (Tensor sum = x.add(y)) {
            return sum.sin();
          }
        },
        x,
        y);
    failsCleanly(() -> x.softmax(1), x);
    failsCleanly(() -> x.cumsum(0), x);
    failsCleanly(() -> x.sort(1, false).values(), x);
    failsCleanly(() -> x.t().contiguous(), x);
    failsCleanly(() -> Tensors.cat(List.of(x, y), 0), x, y);
    failsCleanly(() -> x.layerNorm(512), x);
    Tensor tall = random(1024, 4);
    failsCleanly(() -> tall.matmul(tall.t()), tall);
  }

  private static void collectOnes(Tensor x) {
    x.setGrad(null);
    x.sum().backward();
    Deferred.computed(Expect.gradOf(x));
  }

  @Test
  void aRefusedBackwardChangesNoGradient() {
    Tensor x = random(1024, 512).requiresGrad_();
    Tensor w = random(512, 64).requiresGrad_();
    collectOnes(x);
    failsCleanly(
        () -> {
          float before = elements(Expect.gradOf(x))[0];
          try (Scope scope = Scope.open()) {
            Tensor loss = x.tanh().matmul(w).square().softmax(1).sum();
            try {
              loss.backward();
            } catch (OutOfMemoryException e) {
              assertEquals(before, elements(Expect.gradOf(x))[0]);
              assertNull(w.grad());
              throw e;
            }
            Tensor grad = Expect.gradOf(w);
            w.setGrad(null);
            collectOnes(x);
            return scope.keep(grad);
          }
        },
        x,
        w);
  }

  @Test
  void aRefusedWriteChangesNothing() {
    Tensor x = random(1024, 512);
    Tensor y = random(1024, 512);
    float[] before = elements(x);
    LiveBytes.settled(device);
    leaveRoom(0);
    refusal(() -> x.copy_(y.matmul(y.t()).narrow(1, 0, 512)));
    DeviceMemory.limit(device, Long.MAX_VALUE);
    assertEquals(0, x.version());
    assertArrayEquals(before, elements(x));
  }

  @Test
  void aPartIsThatOfTheDevice() {
    DeviceMemory.limitFraction(device, 0.5);
    long half = DeviceMemory.of(device).limit();
    DeviceMemory.limitFraction(device, 1);
    long all = DeviceMemory.of(device).limit();
    assertTrue(all > 64 * MIB && Math.abs(all - 2 * half) < 2, () -> half + " of " + all);
    Expect.fails(
        DeviceException.class,
        device + ": a memory fraction must be between 0 and 1, but got 1.5",
        () -> DeviceMemory.limitFraction(device, 1.5));
    assertEquals(all, DeviceMemory.of(device).limit());
  }

  @Test
  void peaksCountFromTheirReset() {
    Tensors.empty(Tensors.shape(8 * MIB), DType.FLOAT32, device).close();
    DeviceMemory.emptyCache(device);
    DeviceMemory.resetPeak(device);
    DeviceMemory before = DeviceMemory.of(device);
    assertEquals(before.live(), before.peak());
    assertEquals(before.reserved(), before.peakReserved());
    Tensors.empty(Tensors.shape(4 * MIB), DType.FLOAT32, device).close();
    DeviceMemory.emptyCache(device);
    DeviceMemory after = DeviceMemory.of(device);
    assertEquals(before.peak() + 16 * MIB, after.peak());
    assertEquals(before.peakReserved() + 16 * MIB, after.peakReserved());
  }

  @Test
  void aStepThatFindsNoRoomCountsForNothing() {
    for (Function<List<Tensor>, Optimizer> kind : OPTIMIZERS) {
      Tensor p = Deferred.computed(ones(WIDE).mul(1)).requiresGrad_();
      Tensor undisturbed = Deferred.computed(ones(WIDE).mul(1)).requiresGrad_();
      for (Tensor t : List.of(p, undisturbed)) {
        t.setGrad(Deferred.computed(ones(WIDE).mul(4)));
      }
      Optimizer optimizer = kind.apply(List.of(p));
      LiveBytes.settled(device);
      leaveRoom(SLABS);
      for (int i = 0; i < 2; i++) {
        OutOfMemoryException e = assertThrows(OutOfMemoryException.class, optimizer::step);
        assertEquals("step: stopped at parameter 0; nothing was moved.", last(e).getMessage());
      }
      DeviceMemory.limit(device, Long.MAX_VALUE);
      optimizer.step();
      kind.apply(List.of(undisturbed)).step();
      assertArrayEquals(elements(undisturbed), elements(p));
    }
  }

  private static Throwable last(Throwable e) {
    return e.getSuppressed()[e.getSuppressed().length - 1];
  }

  @Test
  void aLimitIsNotNegative() {
    long before = DeviceMemory.of(device).limit();
    Expect.fails(DeviceException.class, "limit: -1 bytes", () -> DeviceMemory.limit(device, -1));
    assertEquals(before, DeviceMemory.of(device).limit());
  }
}
