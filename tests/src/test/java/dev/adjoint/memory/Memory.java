package dev.adjoint.memory;

import dev.adjoint.spi.Backend;
import dev.adjoint.spi.Buffer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Looks at a device's memory around a launch: at the memory itself where the host can address it,
/// elsewhere at copies.
final class Memory {
  private static final long PIECE = 1 << 20;

  /// How far beyond what a launch may write its writes are looked for.
  private static final long MARGIN = 1 << 16;

  private final Backend backend;

  Memory(Backend backend) {
    this.backend = backend;
  }

  /// A stretch of a buffer.
  private record Part(Buffer buffer, long from, long size) {

    /// What holds all regions of a buffer, and a margin.
    static Part around(Buffer buffer, List<Region> regions) {
      long from = buffer.bytes();
      long end = 0;
      for (Region r : regions) {
        if (r.buffer() == buffer) {
          from = Math.min(from, r.from() * r.bytes() - MARGIN);
          end = Math.max(end, (r.from() + r.span()) * r.bytes() + MARGIN);
        }
      }
      from = Math.max(0, from);
      return new Part(buffer, from, Math.max(0, Math.min(end, buffer.bytes()) - from));
    }
  }

  /// A buffer's bytes as they are once everything launched so far is done.
  MemorySegment read(Buffer buffer) {
    return read(new Part(buffer, 0, buffer.bytes()));
  }

  private MemorySegment read(Part part) {
    MemorySegment seen = part.buffer.hostView();
    if (seen != null) {
      backend.synchronize();
      return seen.asSlice(part.from, part.size);
    }
    long[] words = new long[Math.toIntExact((part.size + 7) / 8)];
    MemorySegment copy = MemorySegment.ofArray(words).asSlice(0, part.size);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(Math.max(1, part.size), 8).asSlice(0, part.size);
      backend.download(part.buffer, part.from, bytes);
      return copy.copyFrom(bytes);
    }
  }

  /// Makes what [#read] returned, changed since, the contents.
  private void write(Part part, MemorySegment bytes) {
    if (part.buffer.hostView() == null) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment copy = arena.allocate(Math.max(1, part.size), 8).asSlice(0, part.size);
        backend.upload(copy.copyFrom(bytes), part.buffer, part.from);
      }
    }
  }

  /// Sets all bytes.
  void fill(Buffer buffer, byte value) {
    MemorySegment seen = buffer.hostView();
    if (seen != null) {
      seen.fill(value);
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment piece = arena.allocate(Math.min(PIECE, buffer.bytes())).fill(value);
      for (long at = 0; at < buffer.bytes(); at += PIECE) {
        backend.upload(piece.asSlice(0, Math.min(PIECE, buffer.bytes() - at)), buffer, at);
      }
    }
  }

  /// Runs a launch between two looks at what it names: outputs that are no inputs are poisoned first,
  /// and beside the outputs nothing may change.
  ///
  /// @param inputs how many of the regions, the first ones, are only read
  void watch(String op, List<Region> regions, int inputs, Runnable launch) {
    List<Region> reads = regions.subList(0, inputs);
    List<Region> writes = regions.subList(inputs, regions.size());
    Map<Buffer, Part> parts = new LinkedHashMap<>();
    for (Region output : writes) {
      parts.computeIfAbsent(output.buffer(), buffer -> Part.around(buffer, writes));
    }
    Map<Part, byte[]> before = new LinkedHashMap<>();
    parts.values().forEach(part -> before.put(part, poisoned(part, reads, writes)));
    Region[] others =
        reads.stream().filter(r -> !parts.containsKey(r.buffer())).toArray(Region[]::new);
    long[] hashes = Arrays.stream(others).mapToLong(this::hash).toArray();
    launch.run();
    for (int i = 0; i < others.length; i++) {
      if (hash(others[i]) != hashes[i]) {
        throw new CheckingBackend.Misuse(op + ": the launch wrote an input");
      }
    }
    before.forEach((part, bytes) -> compare(op, part, bytes, writes));
  }

  private static boolean overlap(Region a, Region b) {
    return a.from() * a.bytes() < (b.from() + b.span()) * b.bytes()
        && b.from() * b.bytes() < (a.from() + a.span()) * a.bytes();
  }

  /// Poisons the outputs in a part that nothing there is read from, and returns what it then holds.
  private byte[] poisoned(Part part, List<Region> reads, List<Region> writes) {
    MemorySegment memory = read(part);
    for (Region output : writes) {
      if (output.buffer() == part.buffer
          && reads.stream().noneMatch(r -> r.buffer() == part.buffer && overlap(r, output))) {
        int bytes = output.bytes();
        output.forEach(
            at -> memory.asSlice(at * bytes - part.from, bytes).fill(CheckingBackend.POISON));
      }
    }
    write(part, memory);
    return memory.toArray(ValueLayout.JAVA_BYTE);
  }

  private long hash(Region r) {
    MemorySegment bytes =
        read(new Part(r.buffer(), r.from() * r.bytes(), r.count() == 0 ? 0 : r.span() * r.bytes()));
    return Arrays.hashCode(bytes.toArray(ValueLayout.JAVA_BYTE));
  }

  /// Fails if bytes changed that belong to no output.
  private void compare(String op, Part part, byte[] before, List<Region> writes) {
    MemorySegment after = read(part);
    MemorySegment expected = MemorySegment.ofArray(before);
    for (Region output : writes) {
      if (output.buffer() == part.buffer) {
        int bytes = output.bytes();
        output.forEach(at -> {
          long place = at * bytes - part.from;
          MemorySegment.copy(after, place, expected, place, bytes);
        });
      }
    }
    long different = after.mismatch(expected);
    if (different >= 0) {
      long at = part.from + different;
      throw new CheckingBackend.Misuse(
          op + ": the launch wrote byte " + at + ", which is part of no output");
    }
  }
}
