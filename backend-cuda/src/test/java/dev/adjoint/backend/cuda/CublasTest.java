package dev.adjoint.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.spi.Kernel;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Products in every layout against three loops, by a library that stands for cuBLAS and multiplies
/// on the host, by columns.
@Tag("sources")
class CublasTest {
  private static final Device DEVICE = new Device("cuda", 0);
  private static final long STREAM = 1;

  @TempDir Path folder;

  /// How a factor lies: by rows, by columns, by rows with gaps, or one matrix for all.
  private enum Lie {
    ROWS,
    COLUMNS,
    SPACED,
    SAME;

    long[] strides(long rows, long columns) {
      return switch (this) {
        case ROWS -> new long[] {rows * columns, columns, 1};
        case COLUMNS -> new long[] {rows * columns, 1, rows};
        case SPACED -> new long[] {rows * (columns + 3) + 5, columns + 3, 1};
        case SAME -> new long[] {0, columns, 1};
      };
    }
  }

  @AfterEach
  void forget() {
    System.clearProperty(Cublas.PROPERTY);
    System.clearProperty(Cublas.TF32_PROPERTY);
  }

  private Cublas cublas() throws Exception {
    System.setProperty(Cublas.PROPERTY, StubLibrary.compile("cublas.c", folder).toString());
    return Cublas.find(DEVICE, 12_000, STREAM, new CudaBuffer(4096, Cublas.WORKSPACE_BYTES));
  }

  /// Values that begin at the fourth element of their memory.
  private static Operand operand(Arena arena, DType type, double[] values) {
    MemorySegment memory = arena.allocate((values.length + 4L) * type.bytes(), 64);
    for (int i = 0; i < values.length; i++) {
      put(memory, type, i + 4, values[i]);
    }
    return new Operand(new CudaBuffer(memory.address(), memory.byteSize()), 4, new long[0]);
  }

  private static void put(MemorySegment memory, DType type, int i, double value) {
    switch (type) {
      case FLOAT32 -> memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) value);
      case FLOAT16 ->
          memory.setAtIndex(ValueLayout.JAVA_SHORT, i, Float.floatToFloat16((float) value));
      case BFLOAT16 ->
          memory.setAtIndex(
              ValueLayout.JAVA_SHORT, i, (short) (Float.floatToIntBits((float) value) >>> 16));
      default -> memory.setAtIndex(ValueLayout.JAVA_DOUBLE, i, value);
    }
  }

  private static double get(MemorySegment memory, DType type, int i) {
    return switch (type) {
      case FLOAT32 -> memory.getAtIndex(ValueLayout.JAVA_FLOAT, i);
      case FLOAT16 -> Float.float16ToFloat(memory.getAtIndex(ValueLayout.JAVA_SHORT, i));
      case BFLOAT16 -> Float.intBitsToFloat(memory.getAtIndex(ValueLayout.JAVA_SHORT, i) << 16);
      default -> memory.getAtIndex(ValueLayout.JAVA_DOUBLE, i);
    };
  }

  @SuppressWarnings("restricted") // the address is of memory that this test allocated
  private static double[] values(Operand operand, DType type, int n) {
    CudaBuffer buffer = (CudaBuffer) operand.buffer();
    MemorySegment memory = MemorySegment.ofAddress(buffer.address()).reinterpret(buffer.bytes());
    double[] values = new double[n];
    Arrays.setAll(values, i -> get(memory, type, i + 4));
    return values;
  }

  private static Launch.Call call(DType type, long[] sizes, Operand... operands) {
    return new Launch.Call("matmul", new Kernel("matmul", type), operands, sizes, 1, 1);
  }

  private static double[] numbers(int seed, int n) {
    return new Random(seed).ints(n, 0, 5).asDoubleStream().toArray();
  }

  private static void check(Cublas cublas, DType type, int[] s, Lie left, Lie right, boolean adds) {
    long[] a = left.strides(s[1], s[3]);
    long[] b = right.strides(s[3], s[2]);
    double[] x = numbers(1, s[0] * (s[1] * (s[3] + 3) + 5));
    double[] y = numbers(2, s[0] * (s[3] * (s[2] + 3) + 5));
    double[] want = new double[s[0] * s[1] * s[2]];
    double[] before = new double[want.length];
    Arrays.fill(before, adds ? 7 : Double.NaN);
    for (int r = 0; r < want.length; r++) {
      long batch = r / s[2] / s[1];
      long i = r / s[2] % s[1];
      want[r] = adds ? 7 : 0;
      for (int p = 0; p < s[3]; p++) {
        want[r] +=
            x[(int) (batch * a[0] + i * a[1] + p * a[2])]
                * y[(int) (batch * b[0] + p * b[1] + r % s[2] * b[2])];
      }
    }
    long[] sizes = {s[0], s[1], s[2], s[3], a[0], a[1], a[2], b[0], b[1], b[2], adds ? 1 : 0};
    try (Arena arena = Arena.ofConfined()) {
      Operand c = operand(arena, type, before);
      Launch.Call call = call(type, sizes, operand(arena, type, x), operand(arena, type, y), c);
      String what = Arrays.toString(sizes) + " " + left + " " + right;
      assertTrue(cublas.launch(call, STREAM), what);
      assertArrayEquals(want, values(c, type, want.length), what);
    }
  }

  @Test
  void productsInEveryLayoutAreTheLoops() throws Exception {
    int[][] sizes = {{1, 3, 5, 7}, {3, 4, 6, 2}, {2, 1, 9, 5}, {1, 8, 1, 4}, {2, 3, 2, 1}};
    try (Cublas cublas = cublas()) {
      for (DType type : DType.values()) {
        if (!type.isFloating()) {
          continue;
        }
        for (int[] s : sizes) {
          for (Lie left : Lie.values()) {
            for (Lie right : Lie.values()) {
              check(cublas, type, s, left, right, false);
              check(cublas, type, s, left, right, true);
            }
          }
        }
      }
    }
  }

  @Test
  void whatCublasCannotReadIsTheOwnKernels() throws Exception {
    try (Cublas cublas = cublas();
        Arena arena = Arena.ofConfined()) {
      Operand x = operand(arena, DType.FLOAT32, new double[64]);
      long[] gaps = {1, 2, 2, 2, 0, 6, 3, 0, 2, 1, 0};
      assertFalse(
          cublas.launch(call(DType.FLOAT32, gaps, x, x, x), STREAM), "neither rows nor columns");
      long[] repeated = {1, 2, 2, 2, 0, 0, 1, 0, 2, 1, 0};
      assertFalse(cublas.launch(call(DType.FLOAT32, repeated, x, x, x), STREAM), "one row for all");
      long[] dense = {1, 2, 2, 2, 0, 2, 1, 0, 2, 1, 0};
      assertFalse(cublas.launch(call(DType.INT32, dense, x, x, x), STREAM), "integers");
      assertTrue(cublas.launch(call(DType.FLOAT32, dense, x, x, x), STREAM));
    }
  }

  @Test
  void aFailureIsTheLastOne() throws Exception {
    try (Cublas cublas = cublas();
        Arena arena = Arena.ofConfined()) {
      Operand x = operand(arena, DType.FLOAT32, new double[64]);
      assertFalse(
          cublas.launch(
              call(DType.FLOAT32, new long[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0}, x, x, x), STREAM));
      long[] dense = {1, 2, 2, 2, 0, 2, 1, 0, 2, 1, 0};
      assertFalse(
          cublas.launch(call(DType.FLOAT32, dense, x, x, x), STREAM), "own kernels from now on");
    }
  }

  @Test
  void tensorCoresMultiplyFloatsWhenAskedFor() throws Exception {
    try (Cublas cublas = cublas()) {
      assertTrue(cublas.description().endsWith("cublas.so, TF32 off"), cublas.description());
      check(cublas, DType.FLOAT32, new int[] {1, 2, 3, 4}, Lie.ROWS, Lie.ROWS, false);
      assertEquals(68, computed());
    }
    System.setProperty(Cublas.TF32_PROPERTY, "true");
    try (Cublas cublas = cublas()) {
      check(cublas, DType.FLOAT32, new int[] {1, 2, 3, 4}, Lie.ROWS, Lie.ROWS, false);
      assertEquals(77, computed());
      check(cublas, DType.FLOAT64, new int[] {1, 2, 3, 4}, Lie.ROWS, Lie.ROWS, false);
      assertEquals(70, computed());
      check(cublas, DType.BFLOAT16, new int[] {1, 2, 3, 4}, Lie.ROWS, Lie.ROWS, false);
      assertEquals(68, computed(), "halves are added up in float32 as they are");
    }
  }

  private static int computed() throws Exception {
    try {
      ToolkitLibrary library = ToolkitLibrary.find(Cublas.PROPERTY, Cublas.SONAMES, 0);
      return (int) library.function("stub_last_compute").invokeExact();
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}
