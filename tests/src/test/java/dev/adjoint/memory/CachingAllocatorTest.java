package dev.adjoint.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.graph.RecordingBackend;
import dev.adjoint.memory.CachingAllocator.Statistics;
import dev.adjoint.type.DType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// When the allocator asks the collector, when it asks the device, and when it gives back.
@Timeout(120)
class CachingAllocatorTest {
  private static final long MIB = 1 << 20;

  private final RecordingBackend backend = RecordingBackend.open();
  private final CachingAllocator allocator = Devices.open(backend.device()).allocator();

  private Tensor bytes(long count) {
    return Tensors.empty(Tensors.shape(count), DType.UINT8, backend.device());
  }

  private void useAndClose(int tensors, long size) {
    List<Tensor> held = new ArrayList<>();
    for (int i = 0; i < tensors; i++) {
      held.add(bytes(size));
    }
    held.forEach(Tensor::close);
  }

  private void drop(int tensors, long size) {
    for (int i = 0; i < tensors; i++) {
      assertEquals(size, bytes(size).numel());
    }
  }

  private long collections() {
    return allocator.statistics().collections();
  }

  @Test
  void whatLargeTensorsLeftBehindCollectsNothing() {
    useAndClose(14, 64 * MIB);
    final long before = collections();
    drop(16_384, MIB / 4); // 4 GiB
    long asked = collections() - before;
    assertTrue(asked <= 10, () -> asked + " collections for 4 GiB of dropped tensors");
  }

  @Test
  void aLoopThatClosesItsTensorsAsksNobody() {
    useAndClose(4, 64 * MIB);
    final Statistics before = allocator.statistics();
    for (int i = 0; i < 1000; i++) {
      useAndClose(4, 64 * MIB);
    }
    assertEquals(before, allocator.statistics());
  }

  @Test
  void droppedTensorsOfEverySizeStayBounded() {
    for (long size = 512; size <= 32 * MIB; size *= 2) {
      drop((int) (2048 * MIB / size / 16) + 40, size);
    }
    long reserved = allocator.statistics().reserved();
    assertTrue(reserved < 1200 * MIB, () -> reserved / MIB + " MiB reserved");
  }

  @Test
  void heldMemoryRaisesTheBoundByWhatIsHeld() {
    List<Tensor> held = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      held.add(bytes(64 * MIB));
    }
    assertTrue(collections() <= 6, () -> collections() + " collections for 2.5 GiB held");
    drop(40, 64 * MIB);
    long peak = allocator.statistics().peak();
    assertTrue(peak < (2560 + 700) * MIB, () -> "peak of " + peak / MIB + " MiB");
    held.forEach(Tensor::close);
  }

  @Test
  void whatOtherSizesLeftGoesBackBeforeThePoolGrowsOn() {
    useAndClose(8, 48 * MIB);
    useAndClose(8, 56 * MIB);
    assertTrue(backend.freed().isEmpty());
    useAndClose(4, 80 * MIB);
    assertEquals(16, backend.freed().size());
    assertEquals(320 * MIB, allocator.statistics().reserved());
  }

  @Test
  void aSegmentGoesBackWhenNobodyUsesAPartOfIt() {
    Tensor first = bytes(MIB);
    Tensor second = bytes(MIB);
    Tensor third = bytes(MIB); // in the next segment, which is not used up
    first.close();
    allocator.trim();
    assertEquals(0, backend.freed().size());
    second.close();
    allocator.trim();
    assertEquals(1, backend.freed().size());
    assertEquals(
        new Statistics(MIB, 0, 2 * MIB, 3 * MIB, 4 * MIB, Long.MAX_VALUE, 0),
        allocator.statistics());
    third.close();
    bytes(MIB).close();
    assertEquals(2 * MIB, allocator.statistics().reserved());
  }
}
