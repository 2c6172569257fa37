package dev.adjoint.lowering;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.spi.Buffer;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;
import dev.adjoint.spi.Program;
import dev.adjoint.spi.Program.Instruction;
import dev.adjoint.spi.Reducer;
import dev.adjoint.spi.Row;
import dev.adjoint.type.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Work in steps takes kernels of the catalogue alone, and computes what the launch's own kernel does.
@Timeout(300)
class StepsTest {
  private static final DType F32 = DType.FLOAT32;
  private static final int FLOATS = 1 << 18;
  private static final int WARP = 32;

  /// Elements that go through all steps together here.
  private static final long CHUNK = 1000;

  private final Limits limits = new Limits("cuda:0", WARP, 48 << 10, 1, 500, true);
  private final ElementwiseLowering elementwise = new ElementwiseLowering(limits);
  private final FoldLowering folds = new FoldLowering(limits);
  private final StepLowering steps = new StepLowering(elementwise, folds, WARP, CHUNK);
  private final Lowering lowering = Lowering.forCuda(limits);

  private record Memory(MemorySegment hostView) implements Buffer {
    @Override
    public long bytes() {
      return hostView.byteSize();
    }
  }

  private static Row row(Row.Family family, String name) {
    return Row.of(family, name);
  }

  private static Instruction step(Row row, DType type, Integer... arguments) {
    return new Instruction(row, type, List.of(arguments));
  }

  /// where(x < x + s, x + s, y) * (float) index, and with it x + s: inputs 0 and 1, scalars 2 and 3.
  private static Program program(boolean two) {
    List<Instruction> code =
        List.of(
            step(row(Row.Family.BINARY, "add"), F32, 0, 2),
            step(row(Row.Family.COMPARE, "lt"), F32, 0, 4),
            step(Row.WHERE, F32, 5, 4, 1),
            step(Row.INDEX, DType.INT64),
            step(Row.CAST, F32, 7),
            step(row(Row.Family.BINARY, "mul"), F32, 6, 8),
            step(row(Row.Family.UNARY, "exp"), F32, 3),
            step(row(Row.Family.TERNARY, "clamp"), F32, 9, 2, 10));
    return Program.of(
        List.of(F32, F32), List.of(F32, F32), code, two ? List.of(11, 0) : List.of(11));
  }

  private static long bits(float x) {
    return Float.floatToRawIntBits(x) & 0xffffffffL;
  }

  private static Launch.Elementwise elementwise(long[] shape, Operand... operands) {
    long[] scalars = {bits(-1.5f), bits(4)};
    Program program = program(operands.length == 4);
    return new Launch.Elementwise("sample", program, shape, operands, scalars);
  }

  private static Launch.Fold sum(long[] shape, int folded, Operand... operands) {
    long[] scalars = {bits(-1.5f), bits(4)};
    Program program = program(operands.length == 4);
    return new Launch.Fold("sum", Reducer.SUM, program, shape, folded, operands, scalars);
  }

  /// Sums of x, beside which the sample's value is stored.
  private static List<Launch> storing(Buffer x, Buffer y, Buffer z) {
    return List.of(
        sum(
            new long[] {1, 70_001},
            1,
            operand(x, 4, 0, 1),
            operand(y, 8, 0, 1),
            operand(z, 12, 0, 1),
            operand(z, 0, 1)),
        sum(
            new long[] {5, 60, 70},
            2,
            operand(x, 0, 1, 5, 300),
            operand(y, 0, 4200, 70, 1),
            operand(z, 8, 4200, 70, 1),
            operand(z, 0, 1)));
  }

  /// Sums of doubles, which tell in which order they were added: of products of two operands, or of one.
  private static Launch.Fold doubles(long[] shape, Operand... operands) {
    List<Instruction> code = List.of(step(row(Row.Family.BINARY, "mul"), DType.FLOAT64, 0, 1));
    Program program =
        operands.length == 2
            ? FoldLowering.itself(DType.FLOAT64)
            : Program.of(List.of(DType.FLOAT64, DType.FLOAT64), List.of(), code, List.of(2));
    return new Launch.Fold("sum", Reducer.SUM, program, shape, 1, operands, new long[0]);
  }

  /// Whose lanes take packs of neighbours: together, apart, with a rest.
  private static List<Launch> packs(Buffer x, Buffer y, Buffer z) {
    Operand result = operand(z, 0, 1);
    return List.of(
        doubles(new long[] {6, 1000}, operand(x, 0, 1000, 1), result),
        doubles(new long[] {6, 1001}, operand(x, 0, 1001, 1), result),
        doubles(new long[] {6, 1001}, operand(x, 1, 1004, 1), result),
        doubles(new long[] {1, 70_003}, operand(x, 4, 0, 1), result),
        doubles(new long[] {1, 70_003}, operand(x, 5, 0, 1), result),
        doubles(new long[] {1, 60_001}, operand(x, 0, 0, 2), result),
        doubles(new long[] {1, 70_003}, operand(x, 4, 0, 1), operand(y, 5, 0, 1), result),
        doubles(new long[] {9, 515}, operand(x, 4, 516, 1), operand(y, 0, 0, 1), result),
        doubles(new long[] {70, 1030}, operand(x, 0, 1030, 1), operand(y, 3, 1, 0), result));
  }

  private static Operand operand(Buffer buffer, long offset, long... strides) {
    return new Operand(buffer, offset, strides);
  }

  /// Launches over x, y and z, in which results go to z or to x.
  private static List<Launch> launches(Buffer x, Buffer y, Buffer z) {
    long[] six = {2, 3, 2, 3, 2, 5};
    long[] strides = {1, 7, 100, 2, 1000, 5};
    return List.of(
        elementwise(
            new long[] {33, 41}, operand(x, 0, 41, 1), operand(y, 3, 1, 33), operand(z, 0, 41, 1)),
        elementwise(new long[] {1 << 16}, operand(x, 0, 1), operand(y, 4, 1), operand(z, 0, 1)),
        elementwise(
            six,
            operand(x, 1, strides),
            operand(y, 0, strides),
            operand(z, 0, Geometry.rowMajor(six))),
        elementwise(new long[] {5000}, operand(x, 8, 1), operand(y, 0, 0), operand(x, 8, 1)),
        elementwise(
            new long[] {50, 60},
            operand(x, 0, 60, 1),
            operand(y, 0, 60, 1),
            operand(x, 0, 60, 1),
            operand(z, 0, 1, 50)),
        sum(new long[] {7, 900}, 1, operand(x, 0, 900, 1), operand(y, 0, 0, 1), operand(z, 0, 1)),
        sum(new long[] {3, 70_000}, 1, operand(x, 0, 1, 3), operand(y, 0, 1, 3), operand(z, 0, 2)),
        sum(
            new long[] {4, 5, 6, 2, 7},
            3,
            operand(x, 0, 1, 4, 20, 120, 240),
            operand(y, 0, 1, 4, 20, 120, 240),
            operand(z, 0, 1, 4)));
  }

  private List<KernelLaunch> inSteps(Launch launch, Buffer scratch) {
    return launch instanceof Launch.Fold fold
        ? steps.lower(fold, bytes -> scratch)
        : steps.lower((Launch.Elementwise) launch, bytes -> scratch);
  }

  /// At least so many kernels does a launch take.
  private static int steps(Launch launch) {
    return launch instanceof Launch.Fold fold
        ? fold.program().instructions().size() + 1
        : ((Launch.Elementwise) launch).program().instructions().size();
  }

  @Test
  void onlyKernelsOfTheCatalogueAreTaken() {
    Set<String> names = new HashSet<>();
    for (DType type : DType.values()) {
      lowering.catalogue(type).forEach(kernel -> names.add(kernel.name()));
    }
    Buffer memory = () -> Long.MAX_VALUE;
    List<Launch> launches = new ArrayList<>(launches(memory, memory, memory));
    long far = 1L << 40;
    launches.add(
        elementwise(
            new long[] {3, 5},
            operand(memory, 0, far, 1),
            operand(memory, 0, 1, 3),
            operand(memory, 0, 5, far)));
    launches.add(
        sum(
            new long[] {3, 5},
            1,
            operand(memory, 0, far, 1),
            operand(memory, 0, 1, 3),
            operand(memory, 0, far)));
    launches.addAll(packs(memory, memory, memory));
    launches.addAll(storing(memory, memory, memory));
    launches.add(
        doubles(new long[] {1, 1L << 32}, operand(memory, 0, 0, 1), operand(memory, 0, 1)));
    for (Launch launch : launches) {
      List<KernelLaunch> made = lowering.lowerInSteps(launch, bytes -> memory);
      assertTrue(made.size() >= steps(launch), () -> made.toString());
      for (KernelLaunch kernel : made) {
        assertTrue(
            names.contains(kernel.source().name()),
            () -> launch.op() + " takes " + kernel.source());
      }
    }
  }

  @Test
  void stepsComputeWhatTheLaunchsOwnKernelDoes() throws Exception {
    if (!CudaOnHost.isPossible()) {
      System.out.println("cuda: no kernel run on the host, g++ is not installed");
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      Buffer[] memory = new Buffer[4];
      for (int b = 0; b < memory.length; b++) {
        memory[b] = new Memory(arena.allocate(4L * FLOATS * (b == 3 ? 4 : 1), 256));
      }
      List<Launch> launches = new ArrayList<>(launches(memory[0], memory[1], memory[2]));
      launches.addAll(packs(memory[0], memory[1], memory[2]));
      launches.addAll(storing(memory[0], memory[1], memory[2]));
      Map<String, KernelSource> sources = new HashMap<>();
      for (Launch launch : launches) {
        inSteps(launch, memory[3]).forEach(k -> sources.put(k.source().name(), k.source()));
        lowering
            .lower(launch, b -> memory[3])
            .forEach(k -> sources.put(k.source().name(), k.source()));
      }
      CudaOnHost cuda = new CudaOnHost(lowering);
      cuda.compile(Lowering.rowsOfAllTypes(), sources.values());
      for (int l = 0; l < launches.size(); l++) {
        fill(memory);
        lowering.lower(launches.get(l), bytes -> memory[3]).forEach(cuda::run);
        float[] x = floats(memory[0]);
        float[] z = floats(memory[2]);
        fill(memory);
        inSteps(launches.get(l), memory[3]).forEach(cuda::run);
        assertArrayEquals(x, floats(memory[0]), 0, "x of launch " + l);
        assertArrayEquals(z, floats(memory[2]), 0, "z of launch " + l);
        assertTrue(hasChanged(x, 0) || hasChanged(z, 2), "launch " + l + " did nothing");
      }
    }
  }

  private static float value(int buffer, int i) {
    return buffer == 2 ? -7 : (i * 31 % 17 - 8) * (buffer == 0 ? 0.125f : 0.5f);
  }

  private static void fill(Buffer[] memory) {
    for (int b = 0; b < 3; b++) {
      for (int i = 0; i < FLOATS; i++) {
        memory[b].hostView().setAtIndex(ValueLayout.JAVA_FLOAT, i, value(b, i));
      }
    }
    memory[3].hostView().fill((byte) 0x7f);
  }

  private static float[] floats(Buffer buffer) {
    return buffer.hostView().toArray(ValueLayout.JAVA_FLOAT);
  }

  private static boolean hasChanged(float[] values, int buffer) {
    for (int i = 0; i < values.length; i++) {
      if (values[i] != value(buffer, i)) {
        return true;
      }
    }
    return false;
  }

  @Test
  void memoryBetweenStepsIsBoundedByTheChunk() {
    Buffer memory = () -> Long.MAX_VALUE;
    long[] most = new long[1];
    Launch.Elementwise launch =
        elementwise(
            new long[] {1 << 20},
            operand(memory, 0, 1),
            operand(memory, 0, 1),
            operand(memory, 0, 1));
    steps.lower(
        launch,
        bytes -> {
          most[0] = bytes;
          return () -> bytes;
        });
    assertTrue(most[0] > 0 && most[0] < 8 * 8 * (CHUNK + 64), () -> most[0] + " bytes");
  }
}
