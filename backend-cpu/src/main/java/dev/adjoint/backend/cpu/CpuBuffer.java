package dev.adjoint.backend.cpu;

import dev.adjoint.spi.Buffer;
import java.lang.foreign.MemorySegment;

/// Memory of the host, freed only by [CpuBackend#free].
final class CpuBuffer implements Buffer {
  private final long address;
  private final long bytes;

  CpuBuffer(long address, long bytes) {
    this.address = address;
    this.bytes = bytes;
  }

  long address() {
    return address;
  }

  @Override
  public long bytes() {
    return bytes;
  }

  @Override
  @SuppressWarnings("restricted")
  public MemorySegment hostView() {
    return MemorySegment.ofAddress(address).reinterpret(bytes);
  }
}
