package dev.adjoint.spi;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// A piece of a device's memory, made by a [Backend] and meaningful to that backend alone.
public interface Buffer {

  /// Bytes that may be used.
  long bytes();

  /// The same memory as the host sees it, or null on a device whose memory the host cannot address.
  default @Nullable MemorySegment hostView() {
    return null;
  }
}
