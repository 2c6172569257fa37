package dev.adjoint.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adjoint.spi.Buffer;
import dev.adjoint.spi.Operand;
import dev.adjoint.spi.Program;
import dev.adjoint.spi.Program.Instruction;
import dev.adjoint.spi.Row;
import dev.adjoint.spi.Row.Family;
import dev.adjoint.type.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Where operands lie must not matter: strides, sizes around the tile, operands that are one
/// memory.
class LayoutTest {
  private static final DType F32 = DType.FLOAT32;
  private static final Row ADD = Row.of(Family.BINARY, "add");
  private static final Row MUL = Row.of(Family.BINARY, "mul");
  private static final Row EXP = Row.of(Family.UNARY, "exp");

  private final Host host = new Host(3);

  @AfterEach
  void close() {
    host.close();
  }

  private static double[] random(int n) {
    return new Random(n).doubles(n, -4, 4).map(v -> (float) v).toArray();
  }

  /// Walks all operands in Java and compares.
  private void checkAdd(long[] shape, long[] a, long aAt, long[] b, long bAt, long[] to, int size) {
    double[] x = random(size);
    Buffer left = host.upload(F32, x);
    Buffer right = host.upload(F32, x);
    Buffer out = host.upload(F32, new double[size]);
    host.run(
        Host.program(ADD, F32, F32, F32),
        shape,
        new Operand(left, aAt, a),
        new Operand(right, bAt, b),
        new Operand(out, 0, to));
    double[] want = new double[size];
    long elements = 1;
    for (long s : shape) {
      elements *= s;
    }
    for (long e = 0; e < elements; e++) {
      long from = aAt;
      long other = bAt;
      long target = 0;
      long rest = e;
      for (int d = shape.length - 1; d >= 0; d--) {
        from += rest % shape[d] * a[d];
        other += rest % shape[d] * b[d];
        target += rest % shape[d] * to[d];
        rest /= shape[d];
      }
      want[(int) target] = (float) x[(int) from] + (float) x[(int) other];
    }
    assertArrayEquals(want, host.download(F32, out, size));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 15, 16, 17, 63, 64, 1000, 1023, 1024, 1025, 4099, 300_001})
  void sizesStraddleLanesAndTiles(int n) {
    checkAdd(new long[] {n}, new long[] {1}, 0, new long[] {1}, 0, new long[] {1}, n);
    checkAdd(new long[] {n}, new long[] {1}, 0, new long[] {0}, n / 2, new long[] {1}, n);
    checkAdd(new long[] {n}, new long[] {-1}, n - 1, new long[] {1}, 0, new long[] {1}, n);
  }

  @Test
  void stridesOfEveryKind() {
    long[] shape = {7, 5, 33};
    int size = 4 * 7 * 5 * 33;
    long[] dense = {165, 33, 1};
    checkAdd(shape, new long[] {1, 7, 35}, 0, dense, 0, dense, size);
    checkAdd(shape, new long[] {0, 33, 1}, 2, new long[] {165, 0, 0}, 0, dense, size);
    checkAdd(shape, dense, 0, new long[] {660, 132, 4}, 3, new long[] {1, 7, 35}, size);
    checkAdd(shape, new long[] {165, 33, -1}, 40, new long[] {0, 0, 0}, 9, dense, size);
    checkAdd(shape, new long[] {330, 66, 2}, 1, dense, 5, new long[] {330, 66, 2}, size);
    checkAdd(
        new long[] {600, 3}, new long[] {1, 600}, 0, new long[] {0, 1}, 1, new long[] {3, 1}, 1800);
    checkAdd(
        new long[] {3, 2000},
        new long[] {0, 1},
        1,
        new long[] {1, 0},
        1,
        new long[] {2000, 1},
        6000);
  }

  @Test
  void largeSpacesAreWalkedInBlocks() {
    int size = 40_000;
    long[] dense = {170, 1};
    checkAdd(new long[] {203, 170}, new long[] {1, 203}, 0, dense, 0, dense, size);
    checkAdd(new long[] {203, 170}, dense, 0, dense, 0, new long[] {1, 203}, size);
    checkAdd(new long[] {203, 170}, new long[] {1, 203}, 9, new long[] {0, 1}, 0, dense, size);
    checkAdd(new long[] {203, 170}, new long[] {1, -203}, 34_400, dense, 0, dense, size);
    checkAdd(
        new long[] {1700, 20},
        new long[] {1, 1700},
        0,
        new long[] {1, 0},
        0,
        new long[] {20, 1},
        size);
    long[] cubic = {6300, 90, 1};
    checkAdd(
        new long[] {6, 70, 90},
        new long[] {6300, 1, 70},
        0,
        new long[] {1, 6, 420},
        0,
        cubic,
        size);
    checkAdd(
        new long[] {6, 70, 90}, new long[] {1, 540, 6}, 0, new long[] {90, 0, 1}, 3, cubic, size);
    checkAdd(
        new long[] {64, 96},
        new long[] {1, 64},
        0,
        new long[] {1, 64},
        0,
        new long[] {96, 1},
        size);
  }

  @Test
  void valuesDoNotDependOnPosition() {
    int n = 2100;
    double[] same = new double[n];
    Arrays.fill(same, 0.7312345f);
    for (String row : List.of("exp", "log", "sin", "tanh", "erf", "sigmoid", "log1p", "tan")) {
      Row r = Row.of(Family.UNARY, row);
      for (DType type : List.of(F32, DType.FLOAT64)) {
        double[] got = host.apply(r, type, type, new DType[] {type}, same);
        for (double v : got) {
          assertEquals(got[0], v, row);
        }
      }
    }
  }

  /// Results that are stored around the caches, at any alignment, of any length, beside one that is
  /// also read.
  @Test
  void largeResultsAreWhole() {
    int n = (8 << 20) + 53;
    double[] x = new Random(5).ints(n + 1, 0, 100).asDoubleStream().toArray();
    Buffer in = host.upload(F32, x);
    for (int at : new int[] {0, 1, 4}) {
      Buffer sum = host.buffer(F32, n + 5);
      Buffer copy = host.buffer(F32, n + 5);
      Operand from = new Operand(in, 1, new long[] {1});
      Operand to = new Operand(sum, at, new long[] {1});
      host.run(Host.program(ADD, F32, F32, F32), new long[] {n}, from, from, to);
      host.run(Host.identity(F32), new long[] {n}, from, new Operand(copy, at, new long[] {1}));
      host.run(Host.program(ADD, F32, F32, F32), new long[] {n}, to, from, to);
      double[] sums = host.download(F32, sum, n + at);
      double[] copies = host.download(F32, copy, n + at);
      for (int i = 0; i < n; i++) {
        if (sums[at + i] != 3 * x[i + 1] || copies[at + i] != x[i + 1]) {
          assertEquals(3 * x[i + 1], sums[at + i], "sum " + i + " at " + at);
          assertEquals(x[i + 1], copies[at + i], "copy " + i + " at " + at);
        }
      }
    }
  }

  @Test
  void anOutputMayBeAnInput() {
    int n = 3000;
    double[] x = random(n);
    Buffer a = host.upload(F32, x);
    Buffer b = host.upload(F32, x);
    // a becomes a * b and b becomes exp(a), both of the old values.
    Program swap =
        Program.of(
            List.of(F32, F32),
            List.of(),
            List.of(
                new Instruction(MUL, F32, List.of(0, 1)), new Instruction(EXP, F32, List.of(0))),
            List.of(2, 3));
    double[] exps = host.apply(EXP, F32, F32, new DType[] {F32}, x);
    host.run(swap, new long[] {n}, Host.dense(a), Host.dense(b), Host.dense(a), Host.dense(b));
    double[] products = host.download(F32, a, n);
    for (int i = 0; i < n; i++) {
      assertEquals((float) x[i] * (float) x[i], products[i]);
    }
    assertArrayEquals(exps, host.download(F32, b, n));
  }

  @Test
  void twoBuffersMaySwap() {
    int n = 2050;
    double[] x = random(n);
    double[] y = random(n + 1);
    Buffer a = host.upload(F32, x);
    Buffer b = host.upload(F32, Arrays.copyOf(y, n));
    Program swap = Program.of(List.of(F32, F32), List.of(), List.of(), List.of(1, 0));
    host.run(swap, new long[] {n}, Host.dense(a), Host.dense(b), Host.dense(a), Host.dense(b));
    assertArrayEquals(x, host.download(F32, b, n));
    assertArrayEquals(Arrays.copyOf(y, n), host.download(F32, a, n));
  }

  @Test
  void oneValueMayGoToSeveralOutputs() {
    double[] x = random(1111);
    Buffer in = host.upload(F32, x);
    Buffer first = host.buffer(F32, x.length);
    Buffer second = host.buffer(F32, x.length);
    Program twice =
        Program.of(
            List.of(F32), List.of(), List.of(new Instruction(EXP, F32, List.of(0))), List.of(1, 1));
    Operand[] operands = {Host.dense(in), Host.dense(first), Host.dense(second)};
    host.run(twice, new long[] {x.length}, operands);
    double[] got = host.download(F32, first, x.length);
    assertEquals((float) Math.exp(x[3]), got[3], 1e-5);
    assertArrayEquals(got, host.download(F32, second, x.length));
  }

  @Test
  void indexCountsElementsInRowMajorOrder() {
    Program count =
        Program.of(
            List.of(),
            List.of(),
            List.of(new Instruction(Row.INDEX, DType.INT64, List.of())),
            List.of(0));
    int n = 200_000;
    Buffer out = host.buffer(DType.INT64, n);
    host.run(count, new long[] {n / 4, 4}, new Operand(out, 0, new long[] {4, 1}));
    double[] got = host.download(DType.INT64, out, n);
    for (int i = 0; i < n; i++) {
      assertEquals(i, got[i]);
    }
  }

  @Test
  void aLongProgramKeepsItsValuesApart() {
    int n = 700;
    double[] x = random(n);
    List<Instruction> code = new ArrayList<>();
    // v[k + 1] = v[k] + v[k / 2]: most values stay alive for long.
    for (int k = 0; k < 60; k++) {
      code.add(new Instruction(ADD, F32, List.of(k, k / 2)));
    }
    double[][] want = new double[61][];
    want[0] = x;
    for (int k = 0; k < 60; k++) {
      want[k + 1] = new double[n];
      for (int i = 0; i < n; i++) {
        want[k + 1][i] = (float) want[k][i] + (float) want[k / 2][i];
      }
    }
    Buffer in = host.upload(F32, x);
    Buffer out = host.buffer(F32, n);
    host.run(
        Program.of(List.of(F32), List.of(), code, List.of(60)),
        new long[] {n},
        Host.dense(in),
        Host.dense(out));
    assertArrayEquals(want[60], host.download(F32, out, n));
  }
}
