package dev.adjoint.memory;

import dev.adjoint.spi.Buffer;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// Looks at a device's memory around a launch.
final class Memory {
  private Memory() {}

  static MemorySegment of(Buffer buffer) {
    return Objects.requireNonNull(buffer.hostView());
  }

  /// Runs a launch between two looks at every buffer it names: outputs that are no inputs are
  /// poisoned first, and outside the outputs nothing may change.
  ///
  /// @param inputs how many of the regions, the first ones, are only read
  static void watch(String op, List<Region> regions, int inputs, Runnable launch) {
    List<Region> reads = regions.subList(0, inputs);
    List<Region> writes = regions.subList(inputs, regions.size());
    for (Region output : writes) {
      if (reads.stream().noneMatch(r -> r.buffer() == output.buffer() && overlap(r, output))) {
        poison(output);
      }
    }
    Set<Buffer> written = new LinkedHashSet<>();
    writes.forEach(w -> written.add(w.buffer()));
    byte[][] before = written.stream().map(Memory::copy).toArray(byte[][]::new);
    Region[] others =
        reads.stream().filter(r -> !written.contains(r.buffer())).toArray(Region[]::new);
    long[] hashes = Arrays.stream(others).mapToLong(Memory::hash).toArray();
    launch.run();
    for (int i = 0; i < others.length; i++) {
      if (hash(others[i]) != hashes[i]) {
        throw new CheckingBackend.Misuse(op + ": the launch wrote an input");
      }
    }
    int next = 0;
    for (Buffer buffer : written) {
      compare(op, buffer, before[next++], writes);
    }
  }

  private static boolean overlap(Region a, Region b) {
    return a.from() * a.bytes() < (b.from() + b.span()) * b.bytes()
        && b.from() * b.bytes() < (a.from() + a.span()) * a.bytes();
  }

  private static void poison(Region region) {
    MemorySegment memory = of(region.buffer());
    region.forEach(
        at -> memory.asSlice(at * region.bytes(), region.bytes()).fill(CheckingBackend.POISON));
  }

  private static byte[] copy(Buffer buffer) {
    return of(buffer).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
  }

  private static long hash(Region region) {
    MemorySegment memory = of(region.buffer());
    MemorySegment part =
        memory.asSlice(region.from() * region.bytes(), region.span() * region.bytes());
    return Arrays.hashCode(part.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE));
  }

  /// Fails if bytes changed that belong to no output.
  private static void compare(String op, Buffer buffer, byte[] before, List<Region> writes) {
    MemorySegment after = of(buffer);
    MemorySegment expected = MemorySegment.ofArray(before);
    for (Region output : writes) {
      if (output.buffer() == buffer) {
        int bytes = output.bytes();
        output.forEach(at -> MemorySegment.copy(after, at * bytes, expected, at * bytes, bytes));
      }
    }
    long different = after.mismatch(expected);
    if (different >= 0) {
      throw new CheckingBackend.Misuse(
          op + ": the launch wrote byte " + different + ", which is part of no output");
    }
  }
}
