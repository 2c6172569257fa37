package dev.adjoint.lowering;

import dev.adjoint.spi.Buffer;
import dev.adjoint.spi.Kernel;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Structured kernels: the library's own source, with `struct call_words` of
/// `native-kernels/dialect/lanes.h` filled in.
final class CallLowering {
  private static final int MOST_OPERANDS = 17;
  private static final int MOST_SIZES = 14;
  private static final int FEWEST_LANES = 32;

  private final Map<Kernel, KernelSource> sources = new ConcurrentHashMap<>();
  private final Limits limits;

  CallLowering(Limits limits) {
    this.limits = limits;
  }

  KernelSource source(Kernel kernel) {
    return sources.computeIfAbsent(
        kernel,
        k ->
            new KernelSource(
                k.symbol(),
                () -> KernelFiles.words(k.type()),
                () -> KernelFiles.structured(k.name())));
  }

  KernelLaunch lower(Launch.Call call) {
    Operand[] operands = call.operands();
    long[] words = new long[1 + MOST_OPERANDS + MOST_SIZES];
    words[0] = call.groups();
    for (int o = 0; o < operands.length; o++) {
      words[1 + o] = operands[o].offset();
    }
    System.arraycopy(call.sizes(), 0, words, 1 + MOST_OPERANDS, call.sizes().length);
    long groups = Math.clamp(call.groups(), 1, Lowering.mostGroups(limits));
    return new KernelLaunch(source(call.kernel()), buffers(call), words, groups, lanes(call));
  }

  /// A kernel of as many operands as a size says takes the most there can be.
  private static Buffer[] buffers(Launch.Call call) {
    Buffer[] buffers = ElementwiseLowering.buffers(call.operands());
    return KernelFiles.takesMany(call.kernel().name())
        ? Arrays.copyOf(buffers, MOST_OPERANDS)
        : buffers;
  }

  /// No more lanes than a group has elements for; two sizes, since a driver may compile for each.
  private int lanes(Launch.Call call) {
    return call.groupWork() <= FEWEST_LANES
        ? Math.min(FEWEST_LANES, limits.lanes())
        : limits.lanes();
  }
}
