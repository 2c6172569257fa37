package dev.adjoint.backend.cuda;

import dev.adjoint.lowering.KernelLaunch;
import dev.adjoint.lowering.KernelSource;
import dev.adjoint.lowering.Lowering;
import dev.adjoint.spi.Buffer;
import dev.adjoint.spi.Launch;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;

/// Where the kernels of a device come from.
interface CudaPrograms extends AutoCloseable {

  /// The kernel of a source as a `CUfunction`, built or loaded when it is asked for the first time;
  /// empty when the source has no kernel of its name.
  ///
  /// @param op what needs it, in the words of an error message
  /// @throws dev.adjoint.type.DeviceException when it cannot be built
  Optional<CudaKernel> find(KernelSource source, String op);

  /// The kernels that do a launch's work when they run one after another.
  ///
  /// @param scratch memory of at least so many bytes, which the next launch may be given again
  default List<KernelLaunch> plan(Launch launch, Lowering lowering, LongFunction<Buffer> scratch) {
    return lowering.lower(launch, scratch);
  }

  /// Waits until all is built that is under way.
  default void settle() {}

  /// Unloads all of them; the device must be done with them.
  @Override
  void close();
}
