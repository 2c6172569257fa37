package dev.adjoint.backend.cuda;

import dev.adjoint.lowering.KernelSource;
import java.util.Optional;

/// Where the kernels of a device come from.
interface CudaPrograms extends AutoCloseable {

  /// The kernel of a source as a `CUfunction`, built or loaded when it is asked for the first time;
  /// empty when the source has no kernel of its name.
  ///
  /// @param op what needs it, in the words of an error message
  /// @throws dev.adjoint.type.DeviceException when it cannot be built
  Optional<CudaKernel> find(KernelSource source, String op);

  /// Unloads all of them; the device must be done with them.
  @Override
  void close();
}
