package dev.adjoint.lowering;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.spi.Buffer;
import dev.adjoint.spi.Kernel;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;
import dev.adjoint.spi.Program;
import dev.adjoint.spi.Program.Instruction;
import dev.adjoint.spi.Reducer;
import dev.adjoint.spi.Row;
import dev.adjoint.type.DType;
import dev.adjoint.type.DeviceException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What is compiled follows from structure; shapes, strides, offsets and numbers are words.
class LoweringTest {
  private static final Buffer MEMORY = () -> Long.MAX_VALUE;
  private static final Row MUL = Row.of(Row.Family.BINARY, "mul");

  private final Lowering lowering =
      new Lowering(new Limits("opencl:0", 256, 32 << 10, 4, 128, true));

  private static Program scaled(DType type) {
    return Program.of(
        List.of(type),
        List.of(type),
        List.of(new Instruction(MUL, type, List.of(0, 1))),
        List.of(2));
  }

  private KernelLaunch lower(Launch launch) {
    List<KernelLaunch> launches = lowering.lower(launch, bytes -> MEMORY);
    assertEquals(1, launches.size());
    return launches.getFirst();
  }

  private KernelLaunch scaled(long[] shape, long[] from, long[] to, long offset, long scalar) {
    Operand[] operands = {new Operand(MEMORY, offset, from), new Operand(MEMORY, 0, to)};
    return lower(
        new Launch.Elementwise("mul", scaled(DType.FLOAT32), shape, operands, new long[] {scalar}));
  }

  private static long[] longs(long... values) {
    return values;
  }

  @Test
  void shapesStridesOffsetsAndNumbersAreNotPartOfAKernel() {
    KernelLaunch one = scaled(longs(3, 5), longs(5, 1), longs(1, 3), 0, 7);
    KernelLaunch other = scaled(longs(8, 9), longs(987654, 1), longs(1, 8), 4, 8);
    assertSame(one.source(), other.source());
    assertFalse(one.source().text().contains("987654"), "no literal of the launch");
    assertTrue(contains(other.words(), 987654) && contains(other.words(), 8));
  }

  private static boolean contains(long[] words, long word) {
    for (long w : words) {
      if (w == word) {
        return true;
      }
    }
    return false;
  }

  @Test
  void longDenseLaunchesMovePacks() {
    long[] dense = longs(1);
    String text = scaled(longs(1 << 16), dense, dense, 0, 0).source().text();
    assertTrue(text.contains("PACK_OF(float) *packs0"), text);
    KernelLaunch unaligned = scaled(longs(1 << 16), dense, dense, 3, 0);
    assertFalse(unaligned.source().text().contains("*packs0"));
  }

  @Test
  void onACpuALaneTakesARangeOfNeighbours() {
    Lowering cpu = new Lowering(new Limits("opencl:1", 256, 32 << 10, 4, 128, true, true));
    Operand dense = new Operand(MEMORY, 3, longs(1000, 1));
    Operand turned = new Operand(MEMORY, 0, longs(1, 1000));
    Launch elementwise =
        new Launch.Elementwise(
            "mul", scaled(DType.FLOAT32), longs(1000, 1000), operands(turned, dense), longs(0));
    KernelLaunch launch = cpu.lower(elementwise, bytes -> MEMORY).getFirst();
    assertEquals(1, launch.lanes());
    assertTrue(launch.groups() > 4, "more than there are processors, which share them");
    String text = launch.source().text();
    assertTrue(text.contains("p1[at1 + j]") && text.contains("p0[at0 + j * step0_1]"), text);
    Program copy = Program.of(List.of(DType.FLOAT32), List.of(), List.of(), List.of(0));
    Operand result = new Operand(MEMORY, 0, longs(1));
    Launch columns =
        new Launch.Fold(
            "sum", Reducer.SUM, copy, longs(1000, 1000), 1, operands(turned, result), longs());
    KernelLaunch fold = cpu.lower(columns, bytes -> MEMORY).getFirst();
    assertEquals(1, fold.lanes());
    assertTrue(fold.source().text().contains("p0[at0 + c]"), fold.source().text());
  }

  private static Operand[] operands(Operand... operands) {
    return operands;
  }

  @Test
  void distancesBeyond32BitsAreComputedIn64() {
    KernelLaunch near = scaled(longs(2), longs(Integer.MAX_VALUE), longs(1), 0, 0);
    KernelLaunch far = scaled(longs(2), longs(1L << 31), longs(1), 0, 0);
    assertTrue(near.source().text().contains("typedef uint32_t index_t"));
    assertTrue(far.source().text().contains("typedef int64_t index_t"));
    assertNotSame(near.source(), far.source());
  }

  @Test
  void aKernelsNameHasAHashOfItsStructure() {
    KernelLaunch one = scaled(longs(4), longs(1), longs(1), 0, 0);
    KernelLaunch other = scaled(longs(1 << 16), longs(2), longs(1), 0, 0);
    assertTrue(one.source().name().matches("elementwise_[0-9a-f]{20}"), one.source().name());
    assertFalse(one.source().name().equals(other.source().name()));
    assertTrue(one.source().text().contains("ENTRY " + one.source().name() + "("));
  }

  @Test
  void foldsOfManyElementsIntoFewResultsTakeTwoKernels() {
    Program copy = Program.of(List.of(DType.FLOAT32), List.of(), List.of(), List.of(0));
    Operand[] operands = {new Operand(MEMORY, 0, longs(0, 1)), new Operand(MEMORY, 0, longs(1))};
    Launch.Fold sum =
        new Launch.Fold("sum", Reducer.SUM, copy, longs(1, 1 << 20), 1, operands, longs());
    List<Long> scratch = new ArrayList<>();
    List<KernelLaunch> launches =
        lowering.lower(
            sum,
            bytes -> {
              scratch.add(bytes);
              return MEMORY;
            });
    assertEquals(2, launches.size());
    assertEquals(1, scratch.size());
    assertTrue(launches.getFirst().source().text().contains("GLOBAL sum_accumulator_f32 *out"));
    assertEquals(1, launches.getLast().groups());
  }

  @Test
  void kernelsOfTheLibraryAreFoundByName() {
    assertTrue(lowering.has(new Kernel("softmax", DType.FLOAT32)));
    assertFalse(lowering.has(new Kernel("hardmax", DType.FLOAT32)));
    String text = lowering.source(new Kernel("softmax", DType.FLOAT32)).text();
    assertTrue(text.contains("KERNEL2(softmax"), text);
    assertFalse(text.contains("#include \"../dialect"), "includes are in place");
  }

  @Test
  void aDeviceWithoutFloat64SaysWhatToDo() {
    Lowering small = new Lowering(new Limits("opencl:1", 256, 32 << 10, 4, 128, false));
    Operand[] operands = {new Operand(MEMORY, 0, longs(1)), new Operand(MEMORY, 0, longs(1))};
    Launch launch =
        new Launch.Elementwise("mul", scaled(DType.FLOAT64), longs(4), operands, longs(0));
    DeviceException e =
        assertThrows(DeviceException.class, () -> small.lower(launch, bytes -> MEMORY));
    assertEquals(
        "mul: opencl:1 does not compute in float64. Use to(DType.FLOAT32), or another device.",
        e.getMessage());
  }

  @Test
  void manyOperandsOfManyDimensionsShareTheirWalks() {
    Operand[] operands = new Operand[12];
    for (int o = 0; o < operands.length; o++) {
      long[] strides = o % 2 == 0 ? longs(64, 32, 16, 8, 4, 2, 1) : longs(1, 2, 4, 8, 16, 32, 64);
      operands[o] = new Operand(MEMORY, o, strides);
    }
    Program sum = sumOf(11);
    long[] shape = longs(2, 2, 2, 2, 2, 2, 2);
    KernelLaunch launch = lower(new Launch.Elementwise("add", sum, shape, operands, longs()));
    assertEquals(12 + 1 + 6 + 2 * 7, launch.words().length);
  }

  private static Program sumOf(int inputs) {
    Row add = Row.of(Row.Family.BINARY, "add");
    List<Instruction> steps = new ArrayList<>();
    int sum = 0;
    for (int i = 1; i < inputs; i++) {
      steps.add(new Instruction(add, DType.FLOAT32, List.of(sum, i)));
      sum = inputs + i - 1;
    }
    return Program.of(Collections.nCopies(inputs, DType.FLOAT32), List.of(), steps, List.of(sum));
  }

  @Test
  void moreWordsThanADeviceTakesIsAnError() {
    Lowering small = new Lowering(new Limits("opencl:1", 256, 32 << 10, 4, 8, true));
    Operand[] operands = {
      new Operand(MEMORY, 0, longs(1, 3, 9)), new Operand(MEMORY, 0, longs(9, 3, 1))
    };
    Launch launch =
        new Launch.Elementwise("mul", scaled(DType.FLOAT32), longs(3, 3, 3), operands, longs(0));
    DeviceException e =
        assertThrows(DeviceException.class, () -> small.lower(launch, bytes -> MEMORY));
    assertTrue(
        e.getMessage().startsWith("mul: 2 operands of this many layouts need 15 words"),
        e::getMessage);
  }

  private static KernelLaunch onCpu(String kernel, long groups, int operands, long... sizes) {
    Operand[] memory = new Operand[operands];
    Arrays.fill(memory, new Operand(MEMORY, 0, new long[0]));
    Launch call =
        new Launch.Call(kernel, new Kernel(kernel, DType.FLOAT32), memory, sizes, groups, 1024);
    Limits limits = new Limits("opencl:0", 256, 32 << 10, 4, 128, true, true);
    return new Lowering(limits).lower(call, bytes -> MEMORY).getFirst();
  }

  @Test
  void aCpuRunsEachGroupOfAStructuredKernelByOneLane() {
    KernelLaunch softmax = onCpu("softmax", 1000, 2, 1000, 1024, 1);
    assertEquals(1, softmax.lanes());
    assertTrue(softmax.source().text().startsWith("#define ONE_LANE"));
    assertTrue(softmax.groups() < 1000, "groups go on in ranges");
  }

  @Test
  void aCpuMultipliesByItsOwnKernel() {
    KernelLaunch matmul = onCpu("matmul", 64, 3, 1, 512, 512, 512, 0, 512, 1, 0, 512, 1, 0);
    assertEquals(1, matmul.lanes());
    assertTrue(matmul.source().text().contains("MATMUL_PANEL"));
    assertFalse(matmul.source().text().contains("MATMUL_APART"), "tiles that lanes share");
  }
}
