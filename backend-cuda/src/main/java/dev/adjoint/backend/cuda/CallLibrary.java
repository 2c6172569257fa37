package dev.adjoint.backend.cuda;

import dev.adjoint.spi.Kernel;
import dev.adjoint.spi.Launch;

/// A library of NVIDIA's that answers some calls in place of Adjoint's own kernels; as it is, none.
interface CallLibrary extends AutoCloseable {
  /// Whether it answers calls of a kernel, so that Adjoint's own is not loaded before it is needed.
  default boolean has(Kernel kernel) {
    return false;
  }

  /// Queues the call on a stream, or answers false to leave it to a kernel.
  default boolean launch(Launch.Call call, long stream) {
    return false;
  }

  @Override
  default void close() {}
}
