package dev.adjoint.backend.cpu;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.adjoint.spi.Kernel;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentHashMap;

/// Runs structured kernels: groups go to whichever thread is free.
final class KernelLauncher {
  /// Elements that one thread touches in less time than it takes to wake another.
  private static final long SHORT_WORK = 1 << 15;

  private static final long CRITICAL_WORK = 1 << 12;
  private static final int BYTES_ENTRIES = 8;

  /// Operands' element sizes lie beside each kernel, since an index is int64 whatever the type.
  ///
  /// @param bytes 0 where the last entry before it stands for all that follow
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Entry(long address, long[] bytes) {

    long bytes(int operand) {
      int i = Math.min(operand, bytes.length - 1);
      while (bytes[i] == 0) {
        i--;
      }
      return bytes[i];
    }
  }

  private final WorkerPool pool;
  private final MatMul matMul;
  private final Convolutions convolutions;
  private final ConcurrentHashMap<Kernel, Entry> entries = new ConcurrentHashMap<>();

  KernelLauncher(WorkerPool pool, MatMul matMul, Convolutions convolutions) {
    this.pool = pool;
    this.matMul = matMul;
    this.convolutions = convolutions;
  }

  void launch(Launch.Call call) {
    if (call.kernel().name().startsWith("matmul") && matMul.launch(call)) {
      return;
    }
    if (Convolutions.supports(call.kernel())) {
      convolutions.launch(call);
      return;
    }
    Entry kernel = entries.computeIfAbsent(call.kernel(), KernelLauncher::entry);
    Operand[] operands = call.operands();
    Words words = Words.take(operands.length + call.sizes().length);
    long operandsAt = words.here();
    for (int o = 0; o < operands.length; o++) {
      long base = ((CpuBuffer) operands[o].buffer()).address();
      words.put(base + operands[o].offset() * kernel.bytes(o));
    }
    long sizesAt = words.here();
    words.put(call.sizes());
    run(kernel.address(), operandsAt, sizesAt, call);
    words.giveBack();
  }

  private void run(long kernel, long operands, long sizes, Launch.Call call) {
    long groupWork = Math.max(call.groupWork(), 1);
    if (call.groups() * groupWork <= CRITICAL_WORK) {
      NativeKernels.shortCall(kernel, operands, sizes, 0, call.groups());
    } else {
      pool.run(
          call.groups(),
          Math.max(1, SHORT_WORK / groupWork),
          (first, last) -> NativeKernels.call(kernel, operands, sizes, first, last));
    }
  }

  @SuppressWarnings("restricted")
  private static Entry entry(Kernel called) {
    Kernel kernel = MatMul.portable(called);
    String table = kernel.name() + "_bytes_" + kernel.type().suffix();
    MemorySegment bytes =
        MemorySegment.ofAddress(NativeKernels.require(table)).reinterpret(BYTES_ENTRIES * 8L);
    return new Entry(NativeKernels.require(kernel.symbol()), bytes.toArray(JAVA_LONG));
  }
}
