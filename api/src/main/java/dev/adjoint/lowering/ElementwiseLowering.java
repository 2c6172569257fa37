package dev.adjoint.lowering;

import dev.adjoint.lowering.ElementwiseText.Order;
import dev.adjoint.spi.Buffer;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;
import dev.adjoint.spi.Program;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Elementwise launches: a lane takes elements a whole grid apart, neighbours lie side by side. Long
/// launches over dense operands move four elements at a time. On a CPU a lane takes a range of elements
/// that follow one another.
final class ElementwiseLowering {
  static final int PACK = 4;

  private static final long LONG = 1 << 16;

  /// A range of fewer elements is not worth a group.
  private static final long RANGE = 1 << 10;

  /// So many operands of so many dimensions have room for a walk each among the words.
  private static final int FEW_OPERANDS = 12;

  private static final int FEW_DIMENSIONS = 4;

  /// Everything that the text of a kernel depends on. Shapes, strides and numbers are words.
  ///
  /// @param walks the walk of each operand; for packs, 1 where it is dense and 0 where it repeats
  /// @param steps of ranges, where they are known: each walk's along the last dimension
  private record Structure(
      Program program, Order order, boolean narrow, int rank, String walks, String steps) {

    String name() {
      return Text.name("elementwise", this.toString());
    }
  }

  private final Map<Structure, KernelSource> sources = new ConcurrentHashMap<>();
  private final Limits limits;

  ElementwiseLowering(Limits limits) {
    this.limits = limits;
  }

  KernelLaunch lower(Launch.Elementwise launch) {
    long n = Geometry.elements(launch.shape());
    int operands = launch.operands().length;
    boolean isLong = n >= LONG || operands > FEW_OPERANDS || launch.shape().length > FEW_DIMENSIONS;
    return lower(launch, n, isLong);
  }

  /// As [#lower], but by one of the two kernels of [#catalogue].
  ///
  /// @param launch of up to 4 dimensions, all distances of which fit 32 bits
  KernelLaunch lowerPlainly(Launch.Elementwise launch) {
    long n = Geometry.elements(launch.shape());
    return lower(launch, n, n >= LONG && isOneRun(launch));
  }

  private static boolean isOneRun(Launch.Elementwise launch) {
    return launch.shape().length == 1
        && alignedForPacks(launch.operands())
        && Arrays.stream(launch.operands()).allMatch(o -> o.stride(0) == 1);
  }

  /// The kernels of a program for long dense operands, and for any others.
  List<KernelSource> catalogue(Program program) {
    int operands = program.inputs().size() + program.outputs().size();
    StringBuilder own = new StringBuilder();
    for (int o = 0; o < operands; o++) {
      own.append((char) ('0' + o));
    }
    return List.of(
        source(new Structure(program, Order.PACKS, true, 1, "1".repeat(operands), "")),
        source(new Structure(program, Order.GRID, true, FEW_DIMENSIONS, own.toString(), "")));
  }

  /// @param isLong whether it pays to fit the kernel to the operands' layouts
  private KernelLaunch lower(Launch.Elementwise launch, long n, boolean isLong) {
    Operand[] operands = launch.operands();
    int rank = Geometry.rankFor(launch.shape().length, !isLong);
    Geometry geometry = Geometry.of(launch.shape(), operands, rank, isLong);
    if (limits.ranges()) {
      return inRanges(launch, n, geometry, isLong);
    }
    boolean packs = n >= LONG && geometry.isDense() && alignedForPacks(operands);
    KernelSource source = source(structure(launch.program(), geometry, packs));
    long items = packs ? n / PACK + n % PACK : n;
    long[] words = words(launch, geometry, n, packs);
    long groups = groups(items, limits.lanes());
    return new KernelLaunch(source, buffers(operands), words, groups, limits.lanes());
  }

  private KernelLaunch inRanges(
      Launch.Elementwise launch, long n, Geometry geometry, boolean isLong) {
    char[] walks = new char[geometry.walk.length];
    for (int o = 0; o < walks.length; o++) {
      walks[o] = (char) ('0' + geometry.walk[o]);
    }
    Structure structure =
        new Structure(
            launch.program(),
            Order.RANGES,
            geometry.isNarrow(),
            geometry.shape.length,
            new String(walks),
            isLong ? geometry.steps(geometry.shape.length - 1) : "");
    long[] words = words(launch, geometry, n, false);
    return new KernelLaunch(
        source(structure), buffers(launch.operands()), words, groups(n, RANGE), 1);
  }

  private KernelSource source(Structure structure) {
    KernelSource source = sources.get(structure);
    return source != null
        ? source
        : sources.computeIfAbsent(
            structure,
            s ->
                new KernelSource(
                    s.name(), () -> KernelFiles.rows(Text.types(s.program())), () -> entry(s)));
  }

  private static boolean alignedForPacks(Operand[] operands) {
    for (Operand operand : operands) {
      if (operand.offset() % PACK != 0) {
        return false;
      }
    }
    return true;
  }

  private static Structure structure(Program program, Geometry geometry, boolean packs) {
    char[] walks = new char[geometry.walk.length];
    for (int o = 0; o < walks.length; o++) {
      int walk = geometry.walk[o];
      walks[o] = (char) ('0' + (packs ? geometry.strides.get(walk)[0] : walk));
    }
    return new Structure(
        program,
        packs ? Order.PACKS : Order.GRID,
        geometry.isNarrow(),
        geometry.shape.length,
        new String(walks),
        "");
  }

  /// A GPU starts groups faster than a loop's next loads: each lane takes one item.
  private long groups(long items, long each) {
    long most = limits.ranges() ? Lowering.mostGroups(limits) : Integer.MAX_VALUE;
    return Math.clamp(Math.ceilDiv(items, each), 1, most);
  }

  static Buffer[] buffers(Operand[] operands) {
    Buffer[] buffers = new Buffer[operands.length];
    for (int o = 0; o < operands.length; o++) {
      buffers[o] = operands[o].buffer();
    }
    return buffers;
  }

  private long[] words(Launch.Elementwise launch, Geometry geometry, long n, boolean packs) {
    Words words = new Words(limits, launch);
    words.put(launch.scalars());
    for (Operand operand : launch.operands()) {
      words.put(operand.offset());
    }
    words.put(n);
    if (!packs) {
      for (int d = 1; d < geometry.shape.length; d++) {
        words.put(geometry.shape[d]);
      }
      for (long[] strides : geometry.strides) {
        words.put(strides);
      }
    }
    return words.toArray();
  }

  private static String entry(Structure structure) {
    return new ElementwiseText(
            structure.program,
            structure.order,
            structure.narrow,
            structure.rank,
            structure.walks,
            structure.steps)
        .entry(structure.name());
  }
}
