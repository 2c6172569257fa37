package dev.adjoint.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.adjoint.backend.cpu.Blas.Matrix;
import dev.adjoint.backend.cpu.SmallProducts.Block;
import dev.adjoint.spi.Buffer;
import dev.adjoint.type.DType;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Products in every layout, by BLAS and by the portable kernel, against three loops.
class MatMulTest {
  /// How an operand lies: by rows, by columns, or with gaps both ways.
  private enum Lie {
    ROWS,
    COLUMNS,
    GAPS,
    SAME_FOR_ALL;

    long[] strides(long rows, long columns) {
      return switch (this) {
        case ROWS -> new long[] {rows * columns, columns, 1};
        case COLUMNS -> new long[] {rows * columns, 1, rows};
        case GAPS -> new long[] {rows * columns * 6, columns * 6, 2};
        case SAME_FOR_ALL -> new long[] {0, columns, 1};
      };
    }
  }

  private static void check(
      Host host, DType type, int[] s, Lie left, Lie right, boolean accumulate) {
    check("matmul", host, type, s, left, right, accumulate);
  }

  private static void check(
      String kernel, Host host, DType type, int[] s, Lie left, Lie right, boolean accumulate) {
    long[] a = left.strides(s[1], s[3]);
    long[] b = right.strides(s[3], s[2]);
    double[] x = numbers(6 * s[0] * s[1] * s[3] + 1);
    double[] y = numbers(6 * s[0] * s[3] * s[2] + 1);
    int results = s[0] * s[1] * s[2];
    double[] c = numbers(results);
    Buffer out = host.upload(type, c);
    long[] sizes = {s[0], s[1], s[2], s[3], a[0], a[1], a[2], b[0], b[1], b[2], accumulate ? 1 : 0};
    long groups = (long) s[0] * Math.ceilDiv(s[1], 64) * Math.ceilDiv(s[2], 64);
    host.call(kernel, type, sizes, groups, host.upload(type, x), host.upload(type, y), out);
    double[] want = new double[results];
    for (int r = 0; r < results; r++) {
      int batch = r / s[2] / s[1];
      int i = r / s[2] % s[1];
      int j = r % s[2];
      double sum = accumulate ? c[r] : 0;
      for (int p = 0; p < s[3]; p++) {
        sum +=
            x[(int) (batch * a[0] + i * a[1] + p * a[2])]
                * y[(int) (batch * b[0] + p * b[1] + j * b[2])];
      }
      want[r] = type == DType.UINT8 ? (long) sum & 255 : sum;
    }
    assertArrayEquals(want, host.download(type, out, results), 1e-3, left + " " + right);
  }

  private static double[] numbers(int n) {
    return new Random(n).ints(n, 0, 5).asDoubleStream().toArray();
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"BOOL", "FLOAT16", "BFLOAT16"}, // halves are multiplied as float32
      mode = EnumSource.Mode.EXCLUDE)
  void everyLayoutOfEverySize(DType type) {
    int[][] sizes = {
      {1, 1, 1, 1},
      {1, 2, 3, 4},
      {2, 5, 1, 70},
      {2, 1, 150, 70},
      {3, 33, 65, 17},
      {1, 40, 300, 9},
      {1, 70, 40, 0},
      {2, 1, 1, 300}
    };
    try (Host host = new Host(3)) {
      for (int[] s : sizes) {
        for (Lie left : Lie.values()) {
          for (Lie right : Lie.values()) {
            check(host, type, s, left, right, false);
            check(host, type, s, left, right, true);
            check("portable_matmul", host, type, s, left, right, true);
            if (s[2] == 1 && (type == DType.FLOAT32 || type == DType.FLOAT64)) {
              check("matmul_vector", host, type, s, left, right, false);
            }
          }
        }
      }
    }
  }

  @Test
  void panelsMeetWithoutGaps() {
    try (Host host = new Host(2)) {
      check(host, DType.FLOAT32, new int[] {1, 1030, 260, 20}, Lie.ROWS, Lie.COLUMNS, false);
      check(host, DType.FLOAT64, new int[] {1, 1030, 260, 20}, Lie.COLUMNS, Lie.ROWS, true);
      check(host, DType.FLOAT32, new int[] {1, 1, 1200, 130}, Lie.ROWS, Lie.ROWS, false);
      check(host, DType.FLOAT32, new int[] {1, 5000, 1, 40}, Lie.ROWS, Lie.ROWS, false);
    }
  }

  /// What is cut three ways, of operands that are read in place and of ones laid out anew.
  @Test
  void blocksMeetWithoutGaps() {
    int[][] sizes = {{1, 270, 80, 530}, {1, 40, 300, 530}, {2, 300, 70, 50}, {9, 17, 78, 200}};
    try (Host host = new Host(3)) {
      for (int[] s : sizes) {
        for (Lie left : Lie.values()) {
          for (Lie right : Lie.values()) {
            check(host, DType.FLOAT32, s, left, right, true);
            check(host, DType.FLOAT32, s, left, right, false);
          }
        }
      }
    }
  }

  /// A thousand rows of the left operand and of the result, each a page from the next.
  @Test
  void rowsThatArePages() {
    int m = 1024;
    int n = 70;
    int k = 600;
    int page = 1100;
    double[] x = numbers(m * page);
    double[] y = numbers(k * n);
    Blas blas = assumePresent();
    try (Host host = new Host(1)) {
      Buffer a = host.upload(DType.FLOAT32, x);
      Buffer b = host.upload(DType.FLOAT32, y);
      Buffer c = host.upload(DType.FLOAT32, new double[m * page]);
      Buffer own = host.buffer(DType.FLOAT32, blas.workspace(DType.FLOAT32) / Float.BYTES);
      Matrix left = new Matrix(address(a), false, page);
      Matrix right = new Matrix(address(b), false, n);
      blas.multiply(DType.FLOAT32, m, n, k, left, right, 0, address(c), page, address(own));
      double[] got = host.download(DType.FLOAT32, c, m * page);
      for (int i = 0; i < m * page; i++) {
        double want = 0;
        for (int p = 0; p < k && i % page < n; p++) {
          want += x[i / page * page + p] * y[p * n + i % page];
        }
        assertEquals(want, got[i], i + "th");
      }
    }
  }

  private static Blas assumePresent() {
    Blas blas = Blas.get();
    assumeTrue(blas != null, "there is no BLAS");
    return Objects.requireNonNull(blas);
  }

  private static long address(Buffer buffer) {
    return ((CpuBuffer) buffer).address();
  }

  @Test
  void blocksAreSmallerWhereThreadsWouldHaveNone() {
    Matrix rows = new Matrix(0, false, 1000);
    Matrix columns = new Matrix(0, true, 1000);
    assertEquals(new Block(1024, 256), Block.of(1, 2048, 2048, rows, 8));
    assertEquals(new Block(256, 256), Block.of(1, 2048, 2048, columns, 8));
    assertEquals(new Block(204, 64), Block.of(1, 408, 408, rows, 8));
    assertEquals(new Block(128, 64), Block.of(1, 128, 512, rows, 8));
    assertEquals(new Block(64, 256), Block.of(1, 128, 1024, columns, 8));
    assertEquals(new Block(64, 64), Block.of(1, 256, 64, rows, 8));
    assertEquals(new Block(128, 256), Block.of(1, 128, 512, rows, 1));
    assertEquals(new Block(20, 30), Block.of(1, 20, 30, rows, 8));
    assertEquals(new Block(150, 100), Block.of(64, 300, 100, columns, 8));
  }

  @Test
  void threadsDoNotChangeTheResult() {
    double[][] got = new double[2][];
    for (int t = 0; t < 2; t++) {
      try (Host host = new Host(1 + 3 * t)) {
        double[] x = new Random(1).doubles(300 * 300).toArray();
        Buffer in = host.upload(DType.FLOAT32, x);
        Buffer out = host.buffer(DType.FLOAT32, x.length);
        long[] sizes = {1, 300, 300, 300, 0, 300, 1, 0, 1, 300, 0};
        host.call("matmul", DType.FLOAT32, sizes, 25, in, in, out);
        got[t] = host.download(DType.FLOAT32, out, x.length);
      }
    }
    assertArrayEquals(got[0], got[1]);
    assertEquals(300 * 300, got[0].length);
  }
}
