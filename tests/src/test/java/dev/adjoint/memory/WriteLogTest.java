package dev.adjoint.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.memory.layout.Layout;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import dev.adjoint.type.Shape;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What a storage knows of writes to its parts, and when it keeps count of them.
class WriteLogTest {
  private static final int LARGEST = 4096;
  private final Storage storage =
      Storage.allocate(Devices.open(new Device("cpu", 0)), DType.FLOAT32, 12);

  private static Layout part(long start, long length) {
    return Layout.contiguous(Shape.of(12)).slice(0, start, length, 1);
  }

  private void write(long start, long length, String writer) {
    storage.forWriting(part(start, length), new long[] {1}, writer);
  }

  @Test
  void withNothingSavedEveryWriteCountsAsOneToAll() {
    write(0, 2, "first_");
    write(4, 2, "second_");
    assertEquals("second_", storage.overwrittenBy(0, part(8, 2)));
    assertNull(storage.overwrittenBy(2, part(8, 2)));
  }

  @Test
  void withSomethingSavedTheFirstWriteThatHitIsNamed() {
    storage.retainSaved();
    write(0, 2, "first_");
    write(2, 2, "second_");
    write(3, 1, "third_");
    assertNull(storage.overwrittenBy(0, part(4, 8)));
    assertEquals("second_", storage.overwrittenBy(0, part(3, 3)));
    assertEquals("third_", storage.overwrittenBy(2, part(3, 3)));
    assertNull(storage.overwrittenBy(1, part(0, 2)));
  }

  @Test
  void aWriteWithNothingSavedEndsTheLog() {
    storage.retainSaved();
    write(0, 2, "first_");
    storage.releaseSaved();
    assertNull(storage.overwrittenBy(0, part(4, 8)));
    write(2, 2, "second_");
    assertEquals("second_", storage.overwrittenBy(0, part(4, 8)));
    storage.retainSaved();
    write(4, 2, "third_");
    assertNull(storage.overwrittenBy(2, part(0, 2)));
    assertEquals("second_", storage.overwrittenBy(1, part(0, 2)));
  }

  @Test
  void aWriteOfAllEndsTheLog() {
    storage.retainSaved();
    write(0, 2, "first_");
    write(0, 12, "whole_");
    assertEquals("whole_", storage.overwrittenBy(0, part(4, 1)));
    assertNull(storage.overwrittenBy(2, part(4, 1)));
  }

  @Test
  void ofManyWritesTheEarliestCountAsOnesToAll() {
    storage.retainSaved();
    for (int i = 0; i < LARGEST + 10; i++) {
      write(i % 2, 1, "write" + i);
    }
    assertEquals("write9", storage.overwrittenBy(9, part(4, 8)));
    assertNull(storage.overwrittenBy(10, part(4, 8)));
    assertEquals("write10", storage.overwrittenBy(10, part(0, 8)));
  }

  @Test
  void aHolderThatSavedIsAHolder() {
    storage.retainSaved();
    assertTrue(storage.isWanted());
    storage.release();
    assertTrue(storage.isUnshared());
    write(0, 2, "first_");
    storage.releaseSaved();
    assertEquals(
        "This tensor's memory was already given back: it was closed.",
        org.junit.jupiter.api.Assertions.assertThrows(
                dev.adjoint.type.ClosedException.class, storage::retainSaved)
            .getMessage());
  }

  /// A block of a dense tensor of these sizes, with steps, in a random order of dimensions.
  private static Layout block(Random random, long... sizes) {
    Layout layout = Layout.contiguous(Shape.of(sizes));
    for (int d = 0; d < sizes.length; d++) {
      long start = random.nextInt((int) sizes[d]);
      long step = 1 + random.nextInt(3);
      long length = 1 + random.nextInt((int) ((sizes[d] - start - 1) / step) + 1);
      layout = layout.slice(d, start, length, step);
    }
    for (int d = sizes.length - 1; d >= 0; d--) {
      if (layout.shape().size(d) == 1 && random.nextBoolean()) {
        layout = layout.squeeze(d);
      }
    }
    return layout.shape().rank() == 3 ? layout.permute(2, 0, 1) : layout;
  }

  private static Set<Long> places(Layout layout) {
    Set<Long> places = new HashSet<>(Set.of(layout.offset()));
    long[] strides = layout.strides();
    for (int d = 0; d < strides.length; d++) {
      Set<Long> longer = new HashSet<>();
      for (long i = 0; i < layout.shape().size(d); i++) {
        for (long at : places) {
          longer.add(at + i * strides[d]);
        }
      }
      places = longer;
    }
    return places;
  }

  @Test
  void layoutsThatShareAPlaceAlwaysOverlap() {
    Random random = new Random(5);
    int apart = 0;
    for (int i = 0; i < 20_000; i++) {
      Layout a = block(random, 3, 4, 5);
      Layout b = i % 2 == 0 ? block(random, 3, 4, 5) : block(random, 10, 6);
      Set<Long> shared = places(a);
      shared.retainAll(places(b));
      boolean overlap = a.mayOverlap(b);
      assertTrue(overlap || shared.isEmpty(), a + " and " + b);
      assertEquals(overlap, b.mayOverlap(a));
      apart += overlap ? 0 : 1;
    }
    assertTrue(apart > 5_000, "found apart: " + apart);
  }

  /// A block without steps, all dimensions kept.
  private static Layout box(Random random, long... sizes) {
    Layout layout = Layout.contiguous(Shape.of(sizes));
    for (int d = 0; d < sizes.length; d++) {
      long start = random.nextInt((int) sizes[d]);
      layout = layout.slice(d, start, 1 + random.nextInt((int) (sizes[d] - start)), 1);
    }
    return layout;
  }

  @Test
  void blocksOfOneTensorOverlapOnlyWhereTheyShareAPlace() {
    Random random = new Random(7);
    for (int i = 0; i < 5_000; i++) {
      Layout a = box(random, 3, 4, 5);
      Layout b = box(random, 3, 4, 5);
      Set<Long> shared = places(a);
      shared.retainAll(places(b));
      assertEquals(!shared.isEmpty(), a.mayOverlap(b), () -> places(a) + " " + places(b));
    }
  }
}
