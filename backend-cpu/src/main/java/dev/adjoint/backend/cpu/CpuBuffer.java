package dev.adjoint.backend.cpu;

import dev.adjoint.spi.Buffer;
import dev.adjoint.type.OutOfMemoryException;
import java.lang.foreign.MemorySegment;

/// Memory of the host, freed only by whoever allocated it.
final class CpuBuffer implements Buffer {
  private final long address;
  private final long bytes;

  private CpuBuffer(long address, long bytes) {
    this.address = address;
    this.bytes = bytes;
  }

  /// @throws OutOfMemoryException when the system cannot give as much
  static CpuBuffer allocate(long bytes) {
    long address = NativeKernels.allocate(bytes);
    if (address == 0) {
      throw new OutOfMemoryException(
          "cpu out of memory: tried to allocate "
              + bytes
              + " bytes; the system can give "
              + NativeKernels.available()
              + ". Close tensors that are no longer needed, or work in smaller batches.");
    }
    return new CpuBuffer(address, bytes);
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
