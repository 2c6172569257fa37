package dev.adjoint.lowering;

import dev.adjoint.spi.Buffer;
import dev.adjoint.spi.Kernel;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Structured kernels: the library's own source, with `struct call_words` of
/// `native-kernels/dialect/lanes.h` filled in.
final class CallLowering {
  private static final int MOST_OPERANDS = 17;
  private static final int MOST_SIZES = 14;
  private static final int FEWEST_LANES = 32;

  /// @param tuned null for a portable kernel
  private record Entry(KernelSource source, KernelFiles.@Nullable Tuned tuned) {}

  private final Map<Kernel, Entry> entries = new ConcurrentHashMap<>();
  private final Limits limits;
  private final @Nullable String dialect;

  /// @param dialect whose tuned kernels come before the portable ones; null for none
  CallLowering(Limits limits, @Nullable String dialect) {
    this.limits = limits;
    this.dialect = dialect;
  }

  KernelSource source(Kernel kernel) {
    return entry(kernel).source();
  }

  private Entry entry(Kernel kernel) {
    return entries.computeIfAbsent(
        kernel,
        k -> {
          KernelFiles.Tuned tuned = dialect == null ? null : KernelFiles.tuned(dialect, k.name());
          KernelSource source =
              new KernelSource(
                  k.symbol(),
                  () -> KernelFiles.words(k.type(), limits.ranges()),
                  () -> KernelFiles.structured(k.name(), tuned));
          return new Entry(source, tuned);
        });
  }

  KernelLaunch lower(Launch.Call call) {
    Operand[] operands = call.operands();
    long[] words = new long[1 + MOST_OPERANDS + MOST_SIZES];
    words[0] = call.groups();
    for (int o = 0; o < operands.length; o++) {
      words[1 + o] = operands[o].offset();
    }
    System.arraycopy(call.sizes(), 0, words, 1 + MOST_OPERANDS, call.sizes().length);
    Entry entry = entry(call.kernel());
    KernelFiles.Tuned tuned = entry.tuned();
    long parts = tuned == null ? 1 : tuned.parts();
    long most =
        tuned == null ? Lowering.mostGroups(limits) : (long) limits.units() * tuned.atOnce();
    long groups = Math.clamp(call.groups() * parts, 1, most);
    int lanes = tuned == null ? lanes(call) : tuned.lanes();
    return new KernelLaunch(entry.source(), buffers(call), words, groups, lanes);
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
    if (limits.ranges()) {
      return 1;
    }
    return call.groupWork() <= FEWEST_LANES
        ? Math.min(FEWEST_LANES, limits.lanes())
        : limits.lanes();
  }
}
