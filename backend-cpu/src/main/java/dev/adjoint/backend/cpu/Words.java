package dev.adjoint.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// A strip of native 8-byte words, filled from front to back with the arguments of a launch.
///
/// Strips are lent from a few slots: a launch of one element must not pay for memory, and a
/// thread-local strip would be paid for by every virtual thread.
final class Words {
  private static final int SIZE = 1024;
  private static final int SLOTS = 32;
  private static final AtomicReferenceArray<@Nullable Words> STRIPS =
      new AtomicReferenceArray<>(SLOTS);

  // A strip stays in its slot while it is lent: taking it out and putting it back would be two more
  // fences in each launch.
  private final AtomicBoolean lent = new AtomicBoolean(true);

  private final MemorySegment memory;
  private final long address;
  private int next;

  private Words(int size) {
    this.memory = Arena.ofAuto().allocate(size * 8L, 64);
    this.address = memory.address();
  }

  /// A strip with room for at least this many words, for the caller alone until [#giveBack].
  static Words take(int atLeast) {
    if (atLeast > SIZE) {
      return new Words(atLeast);
    }
    int slot = (int) Thread.currentThread().threadId() & (SLOTS - 1);
    Words words = STRIPS.get(slot);
    if (words != null && words.lent.compareAndSet(false, true)) {
      words.next = 0;
      return words;
    }
    Words fresh = new Words(SIZE);
    STRIPS.set(slot, fresh);
    return fresh;
  }

  void giveBack() {
    lent.setRelease(false);
  }

  /// The address of the next word.
  long here() {
    return address + next * 8L;
  }

  /// The address of a word that is `words` after the next.
  long after(int words) {
    return address + (next + words) * 8L;
  }

  void put(long word) {
    memory.setAtIndex(JAVA_LONG, next++, word);
  }

  void put(long[] words) {
    for (long word : words) {
      put(word);
    }
  }
}
