package dev.adjoint.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adjoint.spi.Buffer;
import dev.adjoint.spi.Operand;
import dev.adjoint.spi.Program;
import dev.adjoint.spi.Program.Instruction;
import dev.adjoint.spi.Reducer;
import dev.adjoint.spi.Row;
import dev.adjoint.spi.Row.Family;
import dev.adjoint.type.DType;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Folds over every part of a space, against a loop in Java.
class FoldTest {
  private static final DType F32 = DType.FLOAT32;

  private final Host host = new Host(3);

  @AfterEach
  void close() {
    host.close();
  }

  /// Folds a dense array of these sizes along the dimensions whose bit is set.
  private void check(Reducer reducer, DType type, int mask, int... sizes) {
    int rank = sizes.length;
    int n = Arrays.stream(sizes).reduce(1, (a, b) -> a * b);
    double[] x = values(reducer, type, n);
    long[] shape = new long[rank];
    long[] strides = new long[rank];
    int kept = rank - Integer.bitCount(mask);
    long[] outStrides = new long[kept];
    int results = 1;
    int k = kept;
    int f = rank;
    long stride = 1;
    for (int d = rank - 1; d >= 0; d--) {
      boolean folded = (mask >> d & 1) != 0;
      int at = folded ? --f : --k;
      shape[at] = sizes[d];
      strides[at] = stride;
      stride *= sizes[d];
      if (!folded) {
        outStrides[at] = results;
        results *= sizes[d];
      }
    }
    Buffer out = host.buffer(type, results);
    host.fold(
        reducer,
        Host.identity(type),
        shape,
        rank - kept,
        new Operand(host.upload(type, x), 0, strides),
        new Operand(out, 0, outStrides));
    double[] want = reference(reducer, x, shape, strides, outStrides, kept, results);
    double tolerance = type == F32 ? 2e-6 * Math.sqrt(n / results) : 1e-12;
    String where = reducer + " " + type + " mask " + mask + " of " + Arrays.toString(sizes);
    assertArrayEquals(want, host.download(type, out, results), tolerance, where);
  }

  private static double[] reference(
      Reducer r, double[] x, long[] shape, long[] strides, long[] out, int kept, int results) {
    double[] want = new double[results];
    Arrays.fill(want, neutral(r));
    for (int e = 0; e < x.length; e++) {
      int rest = e;
      int from = 0;
      int to = 0;
      for (int d = shape.length - 1; d >= 0; d--) {
        from += (int) (rest % shape[d] * strides[d]);
        to += d < kept ? (int) (rest % shape[d] * out[d]) : 0;
        rest /= (int) shape[d];
      }
      want[to] = combine(r, want[to], x[from]);
    }
    return want;
  }

  private static double neutral(Reducer r) {
    return switch (r) {
      case SUM, ANY -> 0;
      case PROD, ALL -> 1;
      case MAX -> Double.NEGATIVE_INFINITY;
      case MIN -> Double.POSITIVE_INFINITY;
    };
  }

  private static double combine(Reducer r, double a, double x) {
    return switch (r) {
      case SUM -> a + x;
      case PROD -> a * x;
      case MAX, ANY -> Math.max(a, x);
      case MIN, ALL -> Math.min(a, x);
    };
  }

  static double[] values(Reducer reducer, DType type, int n) {
    Random random = new Random(n);
    double[] x = new double[n];
    for (int i = 0; i < n; i++) {
      x[i] =
          switch (type) {
            case BOOL -> random.nextInt(50) == 0 == (reducer == Reducer.ANY) ? 1 : 0;
            case UINT8, INT32, INT64 ->
                reducer == Reducer.PROD ? 1 + i % 97 / 96 : random.nextInt(3);
            default -> reducer == Reducer.PROD ? 1 + i % 3 * 1e-7 : (float) random.nextGaussian();
          };
    }
    return x;
  }

  @Test
  void everyPartOfASpace() {
    for (int mask = 1; mask < 8; mask++) {
      check(Reducer.SUM, F32, mask, 13, 7, 19);
      check(Reducer.SUM, F32, mask, 3, 700, 5);
      check(Reducer.SUM, F32, mask, 5, 3, 1500);
      check(Reducer.SUM, F32, mask, 1, 33, 1);
      check(Reducer.MAX, DType.FLOAT64, mask, 64, 40, 50);
      check(Reducer.MIN, DType.INT32, mask, 17, 5, 300);
      check(Reducer.SUM, DType.INT64, mask, 200, 3, 400);
      check(Reducer.ANY, DType.BOOL, mask, 9, 31, 8);
      check(Reducer.ALL, DType.BOOL, mask, 9, 31, 8);
    }
  }

  @Test
  void everyReducerAndType() {
    for (DType type : List.of(DType.INT32, DType.INT64, F32, DType.FLOAT64)) {
      for (Reducer r : List.of(Reducer.SUM, Reducer.PROD, Reducer.MAX, Reducer.MIN)) {
        check(r, type, 1, 700, 300);
        check(r, type, 2, 700, 300);
        check(r, type, 3, 2, 20);
      }
    }
  }

  @Test
  void longRowsAreCutAndShortOnesTakenTogether() {
    check(Reducer.SUM, DType.FLOAT64, 1, 1_000_003);
    check(Reducer.SUM, DType.FLOAT64, 1, 300_000, 2);
    check(Reducer.SUM, DType.FLOAT64, 2, 300_000, 4);
    check(Reducer.SUM, DType.FLOAT64, 1, 3000, 300);
    check(Reducer.SUM, DType.FLOAT64, 1, 2, 300_000);
    check(Reducer.SUM, DType.FLOAT64, 5, 700, 3, 333);
  }

  @Test
  void sumsOfManyFloatsAreExactWhereTheResultIs() {
    int n = 1 << 25;
    Buffer one = host.upload(F32, 1);
    Buffer out = host.buffer(F32, 1);
    Operand expanded = new Operand(one, 0, new long[] {0});
    Operand result = new Operand(out, 0, new long[0]);
    host.fold(Reducer.SUM, Host.identity(F32), new long[] {n}, 1, expanded, result);
    assertEquals(n, host.download(F32, out, 1)[0]);
  }

  @Test
  void nothingFoldsToTheNeutralElement() {
    for (Reducer r : List.of(Reducer.SUM, Reducer.PROD)) {
      Buffer out = host.upload(F32, 7, 7, 7);
      Operand in = new Operand(host.buffer(F32, 1), 0, new long[] {0, 1});
      Operand result = new Operand(out, 0, new long[] {1});
      host.fold(r, Host.identity(F32), new long[] {3, 0}, 1, in, result);
      double want = r == Reducer.SUM ? 0 : 1;
      assertArrayEquals(new double[] {want, want, want}, host.download(F32, out, 3));
    }
  }

  @Test
  void nanWins() {
    for (int at : new int[] {0, 1, 17, 4000, 4999}) {
      double[] x = new double[5000];
      x[at] = Double.NaN;
      Buffer in = host.upload(F32, x);
      for (Reducer r : List.of(Reducer.MAX, Reducer.MIN)) {
        Buffer out = host.buffer(F32, 50);
        Operand row = new Operand(in, 0, new long[] {100, 1});
        Operand to = new Operand(out, 0, new long[] {1});
        host.fold(r, Host.identity(F32), new long[] {50, 100}, 1, row, to);
        double[] got = host.download(F32, out, 50);
        for (int i = 0; i < 50; i++) {
          assertEquals(i == at / 100 ? Double.NaN : 0, got[i]);
        }
      }
    }
  }

  @Test
  void theProloguesValueIsFolded() {
    Program squares =
        Program.of(
            List.of(F32, F32),
            List.of(),
            List.of(new Instruction(Row.of(Family.BINARY, "mul"), F32, List.of(0, 1))),
            List.of(2));
    int rows = 301;
    int columns = 77;
    double[] x = values(Reducer.SUM, F32, rows * columns);
    Buffer in = host.upload(F32, x);
    Buffer scale = host.upload(F32, Arrays.copyOf(x, columns));
    Buffer out = host.buffer(F32, columns);
    host.fold(
        Reducer.SUM,
        squares,
        new long[] {columns, rows},
        1,
        new Operand(in, 0, new long[] {1, columns}),
        new Operand(scale, 0, new long[] {1, 0}),
        new Operand(out, 0, new long[] {1}));
    double[] want = new double[columns];
    for (int i = 0; i < x.length; i++) {
      want[i % columns] += (float) x[i] * (float) x[i % columns];
    }
    assertArrayEquals(want, host.download(F32, out, columns), 1e-4);
  }

  @Test
  void resultsDoNotDependOnTheNumberOfThreads() {
    int n = 1 << 20;
    double[] x = values(Reducer.SUM, F32, n);
    double[] first = sums(1, x);
    assertArrayEquals(first, sums(2, x));
    assertArrayEquals(first, sums(5, x));
  }

  private static double[] sums(int threads, double[] x) {
    double[] sums = new double[4];
    try (Host pool = new Host(threads)) {
      int i = 0;
      for (DType type : List.of(F32, DType.FLOAT64)) {
        Buffer in = pool.upload(type, x);
        Buffer out = pool.buffer(type, 2);
        Operand pairs = new Operand(in, 0, new long[] {1, 2});
        Operand two = new Operand(out, 0, new long[] {1});
        long[] shape = {2, x.length / 2};
        pool.fold(Reducer.SUM, Host.identity(type), shape, 1, pairs, two);
        double[] got = pool.download(type, out, 2);
        sums[i++] = got[0];
        sums[i++] = got[1];
      }
    }
    return sums;
  }
}
