package dev.adjoint.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.spi.Buffer;
import dev.adjoint.type.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The CPU's own kernels of sliding windows against the portable ones, bit for bit.
class WindowsTest {
  private static final int ROUNDS = 300;

  private final Host host = new Host(2);
  private final Random random = new Random(11);

  @AfterEach
  void close() {
    host.close();
  }

  /// One axis of a plane: so many windows of so many places, the first of which begins `pad` before.
  private record Axis(int size, int windows, int kernel, int stride, int pad, int dilation) {

    /// Windows of a pool; with `over`, one more that reaches beyond the end.
    static Axis ofPool(int size, int kernel, int stride, int pad, int dilation, boolean over) {
      int spare = size + 2 * pad - dilation * (kernel - 1) - 1;
      int windows = Math.floorDiv(spare, stride) + 1;
      boolean begins = windows * stride < size + pad && spare % stride != 0;
      return new Axis(size, windows + (over && begins ? 1 : 0), kernel, stride, pad, dilation);
    }

    boolean everyWindowSees() {
      return IntStream.range(0, windows)
          .map(i -> i * stride - pad)
          .allMatch(first ->
              IntStream.range(0, kernel)
                  .map(j -> first + j * dilation)
                  .anyMatch(at -> at >= 0 && at < size));
    }
  }

  private int upTo(int most) {
    return 1 + random.nextInt(most);
  }

  private Axis ofPool(int most, boolean dilated) {
    while (true) {
      int kernel = upTo(4);
      int dilation = dilated ? upTo(2) : 1;
      int reach = dilation * (kernel - 1) + 1;
      int pad = random.nextInt(reach / 2 + 1);
      Axis axis = Axis.ofPool(upTo(most), kernel, upTo(3), pad, dilation, random.nextBoolean());
      if (axis.windows > 0 && axis.everyWindowSees()) {
        return axis;
      }
    }
  }

  /// Half of them with as many windows as elements.
  private Axis ofConvolution(int most, boolean same) {
    while (true) {
      int kernel = same ? 1 + 2 * random.nextInt(3) : upTo(4);
      int dilation = upTo(3);
      int pad = same ? dilation * (kernel / 2) : random.nextInt(9);
      int stride = same ? 1 : upTo(3);
      Axis axis = Axis.ofPool(upTo(most), kernel, stride, pad, dilation, false);
      if (axis.windows > 0) {
        return axis;
      }
    }
  }

  private static long[] sizes(int planes, Axis down, Axis across, long divisor) {
    return new long[] {
      planes,
      down.size,
      across.size,
      down.windows,
      across.windows,
      down.kernel,
      across.kernel,
      down.stride,
      across.stride,
      down.pad,
      across.pad,
      down.dilation,
      across.dilation,
      divisor
    };
  }

  /// Few different numbers, so that some are equal, and now and then one that is none.
  private double[] numbers(DType type, int n) {
    double[] x = random.ints(n, -9, 9).asDoubleStream().toArray();
    for (int i = 0; type.isFloating() && i < n; i++) {
      x[i] = random.nextInt(40) == 0 ? Double.NaN : x[i] * 0.3;
    }
    return x;
  }

  private void compare(
      String kernel, DType type, long[] sizes, long groups, double[] x, int results) {
    String what = kernel + " " + Arrays.toString(sizes);
    boolean places = kernel.equals("max_pool");
    List<double[]> got = new ArrayList<>();
    for (String name : new String[] {kernel, "portable_" + kernel}) {
      Buffer in = host.upload(type, x);
      Buffer out = host.upload(type, numbers(type, results));
      Buffer chosen = host.buffer(DType.INT64, results);
      Buffer[] operands = places ? new Buffer[] {in, out, chosen} : new Buffer[] {in, out};
      host.call(name, type, sizes, groups, operands);
      got.add(host.download(type, out, results));
      got.add(places ? host.download(DType.INT64, chosen, results) : new double[0]);
    }
    assertArrayEquals(got.get(2), got.get(0), what);
    assertArrayEquals(got.get(3), got.get(1), what);
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT32", "FLOAT64", "INT64", "UINT8"})
  void pools(DType type) {
    for (int round = 0; round < ROUNDS; round++) {
      int most = round % 10 == 0 ? 60 : 12;
      int planes = upTo(5);
      Axis down = ofPool(most, true);
      Axis across = ofPool(most, true);
      int windows = planes * down.windows * across.windows;
      double[] x = numbers(type, planes * down.size * across.size);
      compare("max_pool", type, sizes(planes, down, across, 0), planes, x, windows);
      down = ofPool(most, false);
      across = ofPool(most, false);
      windows = planes * down.windows * across.windows;
      x = numbers(type, planes * down.size * across.size);
      long[] sizes = sizes(planes, down, across, type.isFloating() ? random.nextInt(5) - 1 : 3);
      compare("avg_pool", type, sizes, planes, x, windows);
      compare("avg_pool_backward", type, sizes, planes, numbers(type, windows), x.length);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT32", "FLOAT64", "INT32"})
  void convolutions(DType type) {
    int moved = 0;
    for (int round = 0; round < ROUNDS; round++) {
      int most = round % 10 == 0 ? 60 : 12;
      int planes = upTo(5);
      boolean same = random.nextBoolean();
      Axis down = ofConvolution(most, same);
      Axis across = ofConvolution(most, same);
      moved += across.windows == across.size && down.stride == 1 && across.stride == 1 ? 1 : 0;
      int places = down.kernel * across.kernel;
      int seen = planes * places * down.windows * across.windows;
      double[] x = numbers(type, planes * down.size * across.size);
      long[] sizes = sizes(planes, down, across, 0);
      compare("unfold", type, sizes, (long) planes * places, x, seen);
      compare("fold", type, sizes, planes, numbers(type, seen), x.length);
    }
    assertTrue(moved > ROUNDS / 3, "few windows moved whole planes: " + moved);
  }
}
