package dev.adjoint.backend.cuda;

import dev.adjoint.spi.Kernel;
import dev.adjoint.spi.Launch;
import org.jspecify.annotations.Nullable;

/// Products by cuBLAS, which is some hundred megabytes, and so is not loaded before the first one.
final class Products implements CallLibrary {
  private static final String KERNEL = "matmul";

  private final CudaContext context;
  private final Allocations memory;
  private final int driverVersion;
  private boolean looked;
  private @Nullable Cublas cublas;
  private @Nullable CudaBuffer workspace;

  /// @param driverVersion as 1000 x major + 10 x minor
  Products(CudaContext context, int driverVersion) {
    this.context = context;
    this.memory = new Allocations(context);
    this.driverVersion = driverVersion;
  }

  @Override
  public boolean has(Kernel kernel) {
    if (!kernel.name().equals(KERNEL) || !kernel.type().isFloating()) {
      return false;
    }
    Cublas found = cublas();
    return found != null && found.multiplies(kernel.type());
  }

  @Override
  public boolean launch(Launch.Call call, long stream) {
    if (!call.kernel().name().equals(KERNEL)) {
      return false;
    }
    Cublas found = cublas();
    context.makeCurrent();
    return found != null && found.launch(call, stream);
  }

  private synchronized @Nullable Cublas cublas() {
    if (!looked) {
      looked = true;
      CudaBuffer taken = memory.allocate(Cublas.WORKSPACE_BYTES);
      context.makeCurrent();
      workspace = taken;
      cublas = Cublas.find(context.device(), driverVersion, context.stream(), taken);
      if (cublas == null) {
        close();
      }
    }
    return cublas;
  }

  @Override
  public synchronized void close() {
    context.makeCurrent();
    if (cublas != null) {
      cublas.close();
      cublas = null;
    }
    if (workspace != null) {
      memory.free(workspace);
      workspace = null;
    }
  }
}
