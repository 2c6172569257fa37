package dev.adjoint.backend.cpu;

import dev.adjoint.spi.Kernel;
import dev.adjoint.spi.Launch;
import java.util.concurrent.ConcurrentHashMap;

/// Runs structured kernels: groups go to whichever thread is free.
final class KernelLauncher {
  /// Elements that one thread touches in less time than it takes to wake another.
  private static final long SHORT_WORK = 1 << 15;

  private static final long CRITICAL_WORK = 1 << 12;

  private final WorkerPool pool;
  private final ConcurrentHashMap<Kernel, Long> addresses = new ConcurrentHashMap<>();

  KernelLauncher(WorkerPool pool) {
    this.pool = pool;
  }

  void launch(Launch.Call call) {
    long kernel = addresses.computeIfAbsent(call.kernel(), k -> NativeKernels.require(k.symbol()));
    int operands = call.operands().length;
    int sizes = call.sizes().length;
    Words words = Words.take(operands + sizes + call.scalars().length);
    long operandsAt = words.here();
    for (var operand : call.operands()) {
      words.put(((CpuBuffer) operand.buffer()).address());
    }
    long sizesAt = words.here();
    words.put(call.sizes());
    long scalarsAt = words.here();
    for (double scalar : call.scalars()) {
      words.put(scalar);
    }
    long work = call.groups() * Math.max(call.groupWork(), 1);
    if (work <= CRITICAL_WORK) {
      NativeKernels.shortCall(kernel, operandsAt, sizesAt, scalarsAt, 0, call.groups());
    } else {
      pool.run(
          call.groups(),
          Math.max(1, SHORT_WORK / Math.max(call.groupWork(), 1)),
          (first, last) ->
              NativeKernels.call(kernel, operandsAt, sizesAt, scalarsAt, first, last));
    }
    words.giveBack();
  }
}
