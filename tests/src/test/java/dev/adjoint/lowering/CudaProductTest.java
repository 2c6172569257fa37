package dev.adjoint.lowering;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.adjoint.spi.Buffer;
import dev.adjoint.spi.Kernel;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;
import dev.adjoint.type.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// CUDA's own product, which `g++` compiles, against three loops. Sums of small integers are exact in
/// every type.
@Timeout(300)
class CudaProductTest {
  /// Batch, m, n and k: a corner of a tile, parts of packs, whole ones, none to add; and batches so
  /// large that tiles have sides of 64 and of 128.
  private static final int[][] SIZES = {
    {1, 1, 1, 1},
    {2, 5, 37, 70},
    {1, 40, 36, 132},
    {2, 8, 4, 0},
    {32, 68, 65, 36},
    {96, 132, 68, 20},
  };

  private record Memory(MemorySegment hostView) implements Buffer {
    @Override
    public long bytes() {
      return hostView.byteSize();
    }
  }

  /// How a factor lies: by rows, by columns, by rows that packs do not divide, or with gaps everywhere.
  private enum Lie {
    ROWS,
    COLUMNS,
    SPACED,
    LOOSE;

    long[] strides(long rows, long columns) {
      return switch (this) {
        case ROWS -> new long[] {rows * columns, columns, 1};
        case COLUMNS -> new long[] {rows * columns, 1, rows};
        case SPACED -> new long[] {rows * (columns + 3), columns + 3, 1};
        case LOOSE -> new long[] {rows * columns * 2, columns * 2, 2};
      };
    }
  }

  private static Lowering lowering() {
    return Lowering.forCuda(new Limits("cuda:0", 32, 48 << 10, 1, 500, true));
  }

  private static void put(MemorySegment memory, DType type, long i, long value) {
    switch (type) {
      case FLOAT32 -> memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
      case FLOAT64 -> memory.setAtIndex(ValueLayout.JAVA_DOUBLE, i, value);
      case FLOAT16 -> memory.setAtIndex(ValueLayout.JAVA_SHORT, i, Float.floatToFloat16(value));
      case BFLOAT16 ->
          memory.setAtIndex(
              ValueLayout.JAVA_SHORT, i, (short) (Float.floatToIntBits(value) >>> 16));
      case INT32 -> memory.setAtIndex(ValueLayout.JAVA_INT, i, (int) value);
      case INT64 -> memory.setAtIndex(ValueLayout.JAVA_LONG, i, value);
      default -> memory.set(ValueLayout.JAVA_BYTE, i, (byte) value);
    }
  }

  /// Bytes count below zero, too.
  private static double get(MemorySegment memory, DType type, long i) {
    return switch (type) {
      case FLOAT32 -> memory.getAtIndex(ValueLayout.JAVA_FLOAT, i);
      case FLOAT64 -> memory.getAtIndex(ValueLayout.JAVA_DOUBLE, i);
      case FLOAT16 -> Float.float16ToFloat(memory.getAtIndex(ValueLayout.JAVA_SHORT, i));
      case BFLOAT16 -> Float.intBitsToFloat(memory.getAtIndex(ValueLayout.JAVA_SHORT, i) << 16);
      case INT32 -> memory.getAtIndex(ValueLayout.JAVA_INT, i);
      case INT64 -> memory.getAtIndex(ValueLayout.JAVA_LONG, i);
      default -> memory.get(ValueLayout.JAVA_BYTE, i);
    };
  }

  /// One product in memory, whose results begin at an offset as its factors do.
  private record Case(DType type, long[] sizes, long offset, Memory[] memory) {

    static Case of(
        Arena arena, DType type, int[] s, Lie left, Lie right, boolean adds, long offset) {
      long[] a = left.strides(s[1], s[3]);
      long[] b = right.strides(s[3], s[2]);
      long[] sizes = {s[0], s[1], s[2], s[3], a[0], a[1], a[2], b[0], b[1], b[2], adds ? 1 : 0};
      Random random = new Random(Arrays.hashCode(sizes));
      Memory[] memory = new Memory[3];
      long[] elements = {s[0] * a[0], s[0] * b[0], (long) s[0] * s[1] * s[2]};
      for (int o = 0; o < 3; o++) {
        long all = offset + elements[o];
        memory[o] = new Memory(arena.allocate(Math.max(1, all) * type.bytes(), 64));
        for (long i = 0; i < all; i++) {
          put(memory[o].hostView(), type, i, random.nextInt(5) - 2);
        }
      }
      return new Case(type, sizes, offset, memory);
    }

    double[] values(int operand) {
      MemorySegment view = memory[operand].hostView();
      double[] values = new double[(int) (view.byteSize() / type.bytes() - offset)];
      Arrays.setAll(values, i -> get(view, type, offset + i));
      return values;
    }

    double[] wanted() {
      double[] x = values(0);
      double[] y = values(1);
      double[] sums = values(2);
      for (int r = 0; r < sums.length; r++) {
        long j = r % sizes[2];
        long i = r / sizes[2] % sizes[1];
        long at = r / sizes[2] / sizes[1];
        double sum = sizes[10] != 0 ? sums[r] : 0;
        for (long p = 0; p < sizes[3]; p++) {
          sum +=
              x[(int) (at * sizes[4] + i * sizes[5] + p * sizes[6])]
                  * y[(int) (at * sizes[7] + p * sizes[8] + j * sizes[9])];
        }
        sums[r] = type == DType.UINT8 ? (byte) sum : sum;
      }
      return sums;
    }

    void run(Lowering lowering, CudaOnHost cuda) {
      Operand[] operands = new Operand[3];
      Arrays.setAll(operands, o -> new Operand(memory[o], offset, new long[0]));
      long groups = sizes[0] * Math.ceilDiv(sizes[1], 64) * Math.ceilDiv(sizes[2], 64);
      Kernel kernel = new Kernel("matmul", type);
      Launch.Call call = new Launch.Call("mm", kernel, operands, sizes, groups, 1);
      cuda.run(lowering.lower(call, bytes -> null).getFirst());
    }
  }

  private static CudaOnHost compiled(Lowering lowering, DType type) throws Exception {
    if (!CudaOnHost.isPossible()) {
      System.out.println("cuda: no product made on the host, g++ is not installed");
      return null;
    }
    CudaOnHost cuda = new CudaOnHost(lowering);
    KernelSource source = lowering.source(new Kernel("matmul", type));
    cuda.compile(source.rows(), List.of(source));
    return cuda;
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "FLOAT64", "FLOAT16", "UINT8"})
  void productsInEveryLayoutAreTheLoops(DType type) throws Exception {
    Lowering lowering = lowering();
    CudaOnHost cuda = compiled(lowering, type);
    for (int[] s : cuda == null ? new int[0][] : SIZES) {
      for (Lie lie : Lie.values()) {
        Lie other = Lie.values()[(lie.ordinal() + s[3]) % 4];
        boolean adds = (lie.ordinal() + s[1]) % 2 == 0;
        try (Arena arena = Arena.ofConfined()) {
          Case made = Case.of(arena, type, s, lie, other, adds, adds ? 4 : 1);
          double[] wanted = made.wanted();
          made.run(lowering, cuda);
          String what = Arrays.toString(made.sizes()) + " " + lie + " " + other;
          assertArrayEquals(wanted, made.values(2), what);
        }
      }
    }
  }
}
