package dev.adjoint.memory.pool;

import dev.adjoint.spi.Buffer;

/// Memory of a rounded size that leases take turns to use.
///
/// @param offset in bytes from the buffer's start
public record Chunk(Buffer buffer, long offset, long bytes, int sizeClass) {}
