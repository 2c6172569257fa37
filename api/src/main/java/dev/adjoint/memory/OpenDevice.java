package dev.adjoint.memory;

import dev.adjoint.spi.Backend;
import dev.adjoint.spi.Launch;
import dev.adjoint.type.Device;

/// A device in use: its backend and its memory. There is one per device and process.
public final class OpenDevice {
  private final Backend backend;
  private final CachingAllocator allocator;
  private final ThreadLocal<Slab> slabs = new ThreadLocal<>();

  public OpenDevice(Backend backend) {
    this.backend = backend;
    this.allocator = new CachingAllocator(backend);
  }

  public Device name() {
    return backend.device();
  }

  public Backend backend() {
    return backend;
  }

  public CachingAllocator allocator() {
    return allocator;
  }

  /// A slab of this thread with room for a tiny storage.
  Slab slab(long bytes) {
    return Slab.withRoom(slabs, allocator, bytes);
  }

  /// Hands work to the backend; operands come from storages, which count writes.
  public void launch(Launch launch) {
    backend.launch(launch);
  }

  @Override
  public String toString() {
    return name().toString();
  }
}
