package dev.adjoint.backend.cuda;

import dev.adjoint.spi.Launch;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Products by cuBLAS, which is some hundred megabytes, and so is not loaded before the first one.
final class Products implements Predicate<Launch.Call> {
  private final CudaContext context;
  private final int driverVersion;
  private boolean looked;
  private @Nullable Cublas cublas;

  /// @param driverVersion as 1000 x major + 10 x minor
  Products(CudaContext context, int driverVersion) {
    this.context = context;
    this.driverVersion = driverVersion;
  }

  /// Queues the call, or answers false to leave it to a kernel.
  @Override
  public synchronized boolean test(Launch.Call call) {
    if (!call.kernel().name().equals("matmul") || looked && cublas == null) {
      return false;
    }
    if (!looked) {
      looked = true;
      Allocations memory = new Allocations(context);
      CudaBuffer workspace = memory.allocate(Cublas.WORKSPACE_BYTES);
      context.makeCurrent();
      cublas = Cublas.find(context.device(), driverVersion, context.stream(), workspace);
      if (cublas == null) {
        memory.free(workspace);
      }
    }
    context.makeCurrent();
    return cublas != null && cublas.launch(call);
  }
}
