package dev.adjoint.memory.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.spi.Buffer;
import org.junit.jupiter.api.Test;

/// Which chunk a request gets.
class FreeListsTest {
  private static final long MIB = 1 << 20;

  private record Memory(long bytes) implements Buffer {}

  private static Chunk chunk(long bytes) {
    int sizeClass = FreeLists.sizeClass(bytes);
    long size = FreeLists.classBytes(sizeClass);
    return new Chunk(new Memory(size), 0, size, sizeClass);
  }

  private static void hasLittleSlack(long bytes) {
    long size = FreeLists.classBytes(FreeLists.sizeClass(bytes));
    double slack = (double) (size - bytes) / bytes;
    double most = bytes > 64 << 10 ? 1 / 32.0 : Math.max(0.25, 64.0 / bytes);
    assertTrue(size >= bytes && slack <= most, () -> bytes + " bytes get " + size);
    assertTrue(
        bytes <= 256 || FreeLists.classBytes(FreeLists.sizeClass(bytes) - 1) < bytes,
        () -> bytes + " bytes fit the class before");
  }

  @Test
  void aChunkHoldsTheRequestAndLittleMore() {
    for (long bytes = 65; bytes < 1L << 40; bytes += bytes / 50 + 1) {
      hasLittleSlack(bytes);
    }
    for (int power = 10; power < 62; power++) {
      hasLittleSlack((1L << power) - 1);
      hasLittleSlack(1L << power);
      hasLittleSlack((1L << power) + 1);
      assertEquals(1L << power, FreeLists.classBytes(FreeLists.sizeClass(1L << power)));
    }
  }

  @Test
  void largeRequestsTakeWhatIsALittleLarger() {
    FreeLists free = new FreeLists();
    Chunk fitting = chunk(16 * MIB);
    Chunk larger = chunk(19 * MIB);
    free.push(chunk(20 * MIB));
    free.push(larger);
    free.push(fitting);
    int wanted = FreeLists.sizeClass(16 * MIB);
    assertSame(fitting, free.poll(wanted));
    assertSame(larger, free.poll(wanted));
    assertNull(free.poll(wanted), "a quarter more is too much");
    assertEquals(20 * MIB, free.bytes());
  }

  @Test
  void smallRequestsTakeTheirOwnSize() {
    FreeLists free = new FreeLists();
    free.push(chunk(640));
    assertNull(free.poll(FreeLists.sizeClass(512)));
    assertEquals(640, free.bytes());
  }
}
