package dev.adjoint.memory;

import static java.util.Objects.requireNonNull;

import dev.adjoint.spi.Program;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The programs of all threads by their structures, which are numbers.
final class ProgramCache {
  private static final ConcurrentHashMap<Key, Program> PROGRAMS = new ConcurrentHashMap<>();
  private static final Key[] RECENT = new Key[1 << 10];

  private ProgramCache() {}

  /// The structure of a program as numbers, and the program.
  @SuppressWarnings("ArrayRecordComponent") // made for equality, which it defines itself
  private record Key(int[] words, int hash, @Nullable Program program) {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key k && hash == k.hash && Arrays.equals(words, k.words);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  /// The program of a structure, compiled where nobody asked for it before.
  ///
  /// @param words of which the first `length` are the structure; not kept
  static Program get(int[] words, int length, Supplier<Program> compiler) {
    int hash = 1;
    for (int i = 0; i < length; i++) {
      hash = 31 * hash + words[i];
    }
    int slot = (hash ^ hash >>> 15) & RECENT.length - 1;
    Key recent = RECENT[slot];
    if (recent != null
        && recent.hash == hash
        && Arrays.equals(recent.words, 0, recent.words.length, words, 0, length)) {
      return requireNonNull(recent.program);
    }
    int[] exact = Arrays.copyOf(words, length);
    Program program =
        PROGRAMS.computeIfAbsent(new Key(exact, hash, null), unknown -> compiler.get());
    RECENT[slot] = new Key(exact, hash, program);
    return program;
  }
}
