package dev.adjoint.memory.pool;

import static java.util.Objects.requireNonNull;

import dev.adjoint.spi.Buffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The chunks that wait for the next request, by size class. Guarded by the allocator's lock.
public final class FreeLists {
  /// The class of 64 KiB, from which on classes are finer.
  private static final int FINE = 40;

  private static final int FINE_POWER = 16;
  private static final int FINE_BITS = 5;

  /// How many classes of larger chunks a request may take one of: up to a quarter more.
  private static final int LARGER = 7;

  private final List<ArrayDeque<Chunk>> lists = new ArrayList<>();
  private long bytes;

  public FreeLists() {
    for (int i = 0; i < 2048; i++) {
      lists.add(new ArrayDeque<>(0));
    }
  }

  /// Four classes per power of two, and 32 beyond 64 KiB: at most a fifth of a chunk is slack, or a 33rd.
  public static int sizeClass(long bytes) {
    if (bytes <= 64) {
      return 0;
    }
    int power = 63 - Long.numberOfLeadingZeros(bytes - 1);
    if (power >= FINE_POWER) {
      int part = (int) ((bytes - 1) >>> (power - FINE_BITS)) & (1 << FINE_BITS) - 1;
      return FINE + (power - FINE_POWER << FINE_BITS) + part + 1;
    }
    int quarter = (int) ((bytes - 1) >>> (power - 2)) & 3;
    return (power - 6) * 4 + quarter + 1;
  }

  public static long classBytes(int sizeClass) {
    if (sizeClass == 0) {
      return 64;
    }
    if (sizeClass > FINE) {
      int fine = sizeClass - FINE - 1;
      int power = (fine >>> FINE_BITS) + FINE_POWER;
      return (1L << power) + ((fine & (1 << FINE_BITS) - 1) + 1) * (1L << (power - FINE_BITS));
    }
    int power = (sizeClass - 1) / 4 + 6;
    long bytes = (1L << power) + ((sizeClass - 1) % 4 + 1) * (1L << (power - 2));
    return (bytes + 63) & -64;
  }

  /// What all chunks here add up to.
  public long bytes() {
    return bytes;
  }

  public void push(Chunk chunk) {
    bytes += chunk.bytes();
    lists.get(chunk.sizeClass()).push(chunk);
  }

  /// The largest class of which a request for a class may take a chunk.
  public static int largest(int sizeClass) {
    return sizeClass > FINE ? sizeClass + LARGER : sizeClass;
  }

  /// The chunk that was in use last, which a cache may still hold; else a little larger one.
  public @Nullable Chunk poll(int sizeClass) {
    for (int c = sizeClass; c <= largest(sizeClass); c++) {
      Chunk chunk = lists.get(c).poll();
      if (chunk != null) {
        bytes -= chunk.bytes();
        return chunk;
      }
    }
    return null;
  }

  /// Takes out the buffers that lie here whole.
  ///
  /// @param full buffers, and how much of each is chunks; those taken out are removed
  Set<Buffer> removeWhole(IdentityHashMap<Buffer, Long> full) {
    IdentityHashMap<Buffer, Long> waiting = new IdentityHashMap<>();
    for (ArrayDeque<Chunk> list : lists) {
      for (Chunk chunk : list) {
        waiting.merge(chunk.buffer(), chunk.bytes(), Long::sum);
      }
    }
    Set<Buffer> whole = waiting.keySet();
    whole.removeIf(buffer -> !Objects.equals(waiting.get(buffer), full.get(buffer)));
    for (ArrayDeque<Chunk> list : lists) {
      list.removeIf(chunk -> whole.contains(chunk.buffer()));
    }
    for (Buffer buffer : whole) {
      bytes -= requireNonNull(full.remove(buffer));
    }
    return whole;
  }
}
