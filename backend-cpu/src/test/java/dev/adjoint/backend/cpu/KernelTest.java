package dev.adjoint.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adjoint.spi.Buffer;
import dev.adjoint.spi.Kernel;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;
import dev.adjoint.type.DType;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Each structured kernel against a few lines of Java.
class KernelTest {
  private static final DType F64 = DType.FLOAT64;
  private static final DType I64 = DType.INT64;

  private final Host host = new Host(2);
  private final Random random = new Random(7);

  @AfterEach
  void close() {
    host.close();
  }

  private double[] numbers(int n) {
    return random.doubles(n, -5, 5).toArray();
  }

  private double[] indices(int n, int bound) {
    return random.ints(n, 0, bound).asDoubleStream().toArray();
  }

  /// Element j of line `g` of [outer][n][inner].
  private static int at(int g, int j, int n, int inner) {
    return (g / inner * n + j) * inner + g % inner;
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT32", "FLOAT64"})
  void softmaxOfEachLine(DType type) {
    for (int[] s : new int[][] {{4, 37, 1}, {3, 5, 18}, {1, 1, 1}, {2, 100, 33}}) {
      int lines = s[0] * s[2];
      double[] x = numbers(lines * s[1]);
      Buffer in = host.upload(type, x);
      Buffer soft = host.buffer(type, x.length);
      Buffer logs = host.buffer(type, x.length);
      long[] sizes = {s[0], s[1], s[2]};
      host.call("softmax", type, sizes, lines, in, soft);
      host.call("log_softmax", type, sizes, lines, in, logs);
      double[] got = host.download(type, soft, x.length);
      double[] gotLogs = host.download(type, logs, x.length);
      for (int g = 0; g < lines; g++) {
        double sum = 0;
        for (int j = 0; j < s[1]; j++) {
          sum += Math.exp(x[at(g, j, s[1], s[2])]);
        }
        for (int j = 0; j < s[1]; j++) {
          int i = at(g, j, s[1], s[2]);
          assertEquals(Math.exp(x[i]) / sum, got[i], 1e-6);
          assertEquals(x[i] - Math.log(sum), gotLogs[i], 4e-6);
        }
      }
    }
  }

  @Test
  void softmaxOfLargeAndInvalidLines() {
    double infinity = Double.POSITIVE_INFINITY;
    double[] x = {1e4, 1e4, -infinity, -infinity, 0, Double.NaN};
    Buffer out = host.buffer(F64, 6);
    host.call("softmax", F64, new long[] {3, 2, 1}, 3, host.upload(F64, x), out);
    double nan = Double.NaN;
    assertArrayEquals(new double[] {.5, .5, nan, nan, nan, nan}, host.download(F64, out, 6));
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"BOOL", "FLOAT16", "BFLOAT16"},
      mode = EnumSource.Mode.EXCLUDE)
  void cumulativeSums(DType type) {
    double[] x = indices(5 * 40 * 3, 4);
    Buffer out = host.buffer(type, x.length);
    host.call("cumsum", type, new long[] {5, 40, 3}, 15, host.upload(type, x), out);
    double[] got = host.download(type, out, x.length);
    for (int g = 0; g < 15; g++) {
      double sum = 0;
      for (int j = 0; j < 40; j++) {
        sum += x[at(g, j, 40, 3)];
        assertEquals(sum, got[at(g, j, 40, 3)]);
      }
    }
  }

  @Test
  void extremesAreTheFirstOfEqualsAndNanIsOne() {
    double nan = Double.NaN;
    double[] x = {1, 3, 3, -2, -2, 0, 1, nan, 5, nan, -9, 2};
    Buffer in = host.upload(F64, x);
    Buffer out = host.buffer(I64, 2);
    host.call("argmax", F64, new long[] {2, 6, 1}, 2, in, out);
    assertArrayEquals(new double[] {1, 1}, host.download(I64, out, 2));
    host.call("argmin", F64, new long[] {2, 6, 1}, 2, in, out);
    assertArrayEquals(new double[] {3, 1}, host.download(I64, out, 2));
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void sortIsStableAndPutsNanLast(DType type) {
    for (int n : new int[] {1, 2, 30, 48, 49, 1000, 2500}) {
      double[] x = indices(n * 2, type == DType.BOOL ? 2 : 40);
      for (int i = 0; type.isFloating() && i < x.length; i += 7) {
        x[i] = i % 2 == 0 ? Double.NaN : i % 3 == 0 ? -0.0 : -x[i] * 1e-3;
      }
      for (int i = 0; (type == I64 || type == DType.INT32) && i < x.length; i += 3) {
        x[i] = -x[i];
      }
      for (boolean descending : new boolean[] {false, true}) {
        checkSort("sort", type, x, n, descending);
        checkSort("portable_sort", type, x, n, descending);
      }
    }
  }

  private void checkSort(String kernel, DType type, double[] x, int n, boolean descending) {
    Buffer values = host.buffer(type, x.length);
    Buffer places = host.buffer(I64, x.length);
    long[] sizes = {1, n, 2, descending ? 1 : 0};
    host.call(kernel, type, sizes, 2, host.upload(type, x), values, places);
    double[] gotValues = host.download(type, values, x.length);
    double[] gotPlaces = host.download(I64, places, x.length);
    double[] stored = host.download(type, host.upload(type, x), x.length);
    for (int g = 0; g < 2; g++) {
      int line = g;
      Comparator<Integer> order =
          Comparator.comparingDouble(j -> stored[j * 2 + line] + 0.0); // -0 equals 0
      List<Integer> want =
          IntStream.range(0, n).boxed().sorted(descending ? order.reversed() : order).toList();
      for (int j = 0; j < n; j++) {
        assertEquals((double) want.get(j), gotPlaces[j * 2 + g]);
        assertEquals(stored[want.get(j) * 2 + g], gotValues[j * 2 + g]);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void gatherAndScatter(DType type) {
    for (int inner : new int[] {1, 6}) {
      int outer = 3;
      int rows = 11;
      int picks = 5;
      double[] x = indices(outer * rows * inner, 2);
      double[] index = indices(outer * picks * inner, rows);
      long[] sizes = {outer, rows, picks, inner};
      Buffer in = host.upload(type, x);
      Buffer where = host.upload(I64, index);
      Buffer out = host.buffer(type, index.length);
      host.call("gather", type, sizes, 1, in, where, out);
      double[] got = host.download(type, out, index.length);
      double[] scattered = x.clone();
      double[] added = x.clone();
      double[] source = indices(index.length, 2);
      for (int k = 0; k < index.length; k++) {
        int o = k / (picks * inner);
        int at = (o * rows + (int) index[k]) * inner + k % inner;
        assertEquals(x[at], got[k]);
        scattered[at] = source[k];
        added[at] += source[k];
      }
      Buffer src = host.upload(type, source);
      Buffer target = host.upload(type, x);
      host.call("scatter", type, sizes, outer, target, where, src);
      assertArrayEquals(scattered, host.download(type, target, x.length));
      if (type != DType.BOOL && !type.isHalf()) {
        Buffer sum = host.upload(type, x);
        host.call("scatter_add", type, sizes, outer, sum, where, src);
        assertArrayEquals(added, host.download(type, sum, x.length));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"BOOL", "FLOAT16", "BFLOAT16"},
      mode = EnumSource.Mode.EXCLUDE)
  void wholeRowsByIndex(DType type) {
    int outer = 2;
    int rows = 9;
    int picks = 14;
    int inner = 130;
    double[] x = indices(outer * rows * inner, 9);
    double[] index = indices(picks, rows);
    long[] sizes = {outer, rows, picks, inner};
    Buffer where = host.upload(I64, index);
    Buffer in = host.upload(type, x);
    Buffer out = host.buffer(type, outer * picks * inner);
    host.call("index_select", type, sizes, 4, in, where, out);
    double[] got = host.download(type, out, outer * picks * inner);
    double[] added = x.clone();
    for (int k = 0; k < got.length; k++) {
      int o = k / inner / picks;
      int at = (o * rows + (int) index[k / inner % picks]) * inner + k % inner;
      assertEquals(x[at], got[k]);
      added[at] += got[k];
    }
    host.call("index_add", type, sizes, outer * 3, in, where, out);
    double[] wrapped = host.download(type, in, x.length);
    for (int i = 0; i < added.length; i++) {
      assertEquals(type == DType.UINT8 ? added[i] % 256 : added[i], wrapped[i]);
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void packedPiecesComeApartAgain(DType type) {
    double[] a = indices(6, 2);
    double[] b = indices(6, 2);
    Buffer whole = host.upload(type, new double[24]);
    Buffer left = host.upload(type, a);
    Buffer right = host.upload(type, b);
    // pieces 1, 2 and 3 of 4, the middle one missing: whole is [2][4][3].
    host.call("pack", type, new long[] {2, 4, 3, 1, 3, 0b101}, 1, left, left, right, whole);
    double[] got = host.download(type, whole, 24);
    for (int o = 0; o < 2; o++) {
      for (int i = 0; i < 3; i++) {
        assertEquals(a[o * 3 + i], got[(o * 4 + 1) * 3 + i]);
        assertEquals(0, got[(o * 4 + 2) * 3 + i]);
        assertEquals(b[o * 3 + i], got[(o * 4 + 3) * 3 + i]);
      }
    }
    Buffer first = host.buffer(type, 6);
    Buffer second = host.buffer(type, 6);
    host.call("unpack", type, new long[] {2, 4, 3, 2, 2}, 1, whole, first, second);
    assertArrayEquals(new double[6], host.download(type, first, 6));
    assertArrayEquals(b, host.download(type, second, 6));
  }

  @Test
  void offsetsCountElementsOfEachOperand() {
    Buffer x = host.upload(DType.FLOAT32, 9, 9, 1, 2, 3);
    Buffer index = host.upload(I64, 9, 2, 0);
    Buffer out = host.upload(DType.FLOAT32, 0, 0, 0);
    Operand[] operands = {
      new Operand(x, 2, new long[0]),
      new Operand(index, 1, new long[0]),
      new Operand(out, 1, new long[0])
    };
    Kernel kernel = new Kernel("gather", DType.FLOAT32);
    long[] sizes = {1, 3, 2, 1};
    host.backend().launch(new Launch.Call("t", kernel, operands, sizes, 1, 2));
    assertArrayEquals(new double[] {0, 3, 1}, host.download(DType.FLOAT32, out, 3));
  }
}
