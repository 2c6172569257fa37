package dev.adjoint.lowering;

import dev.adjoint.spi.Buffer;
import dev.adjoint.spi.Kernel;
import dev.adjoint.spi.Launch;
import java.util.List;
import java.util.function.LongFunction;

/// From launches to kernels of one device.
public final class Lowering {
  private final Limits limits;

  public Lowering(Limits limits) {
    this.limits = limits;
  }

  /// The kernels that do a launch's work when they run one after another.
  ///
  /// @param scratch memory of at least so many bytes, which the next launch may be given again
  public List<KernelLaunch> lower(Launch launch, LongFunction<Buffer> scratch) {
    throw new UnsupportedOperationException("to be written: " + limits);
  }

  /// Whether the library has this kernel for this type.
  public boolean supports(Kernel kernel) {
    throw new UnsupportedOperationException("to be written");
  }
}
