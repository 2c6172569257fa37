package dev.adjoint.backend.opencl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.lowering.Limits;
import dev.adjoint.spi.Buffer;
import dev.adjoint.spi.Kernel;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;
import dev.adjoint.type.DType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Products by CLBlast against three loops; where it is not installed, that is said.
@Timeout(300)
class ClBlastTest {
  /// What c holds before: a product must not see it unless it adds.
  private static final double BEFORE = Double.NaN;

  /// How an operand lies: by rows, by columns, by rows with gaps, or one matrix for all.
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

  private static Operand operand(OpenClBackend backend, DType type, double[] values) {
    Buffer buffer = backend.allocate((long) (values.length + 4) * type.bytes());
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    boolean single = type == DType.FLOAT32;
    MemorySegment all = single ? MemorySegment.ofArray(floats) : MemorySegment.ofArray(values);
    backend.upload(all, buffer, 4L * type.bytes());
    return new Operand(buffer, 4, new long[0]);
  }

  private static double[] values(OpenClBackend backend, DType type, Operand operand, int n) {
    double[] got = new double[n];
    if (type == DType.FLOAT64) {
      backend.download(operand.buffer(), 4L * 8, MemorySegment.ofArray(got));
    } else {
      float[] floats = new float[n];
      backend.download(operand.buffer(), 4L * 4, MemorySegment.ofArray(floats));
      Arrays.setAll(got, i -> floats[i]);
    }
    return got;
  }

  private static void check(
      OpenClBackend backend, ClBlast blas, DType type, int[] s, Lie left, Lie right, boolean adds) {
    long[] a = left.strides(s[1], s[3]);
    long[] b = right.strides(s[3], s[2]);
    double[] x =
        new Random(1).ints(s[0] * (s[1] * (s[3] + 3) + 5), 0, 5).asDoubleStream().toArray();
    double[] y =
        new Random(2).ints(s[0] * (s[3] * (s[2] + 3) + 5), 0, 5).asDoubleStream().toArray();
    double[] want = new double[s[0] * s[1] * s[2]];
    double[] before = new double[want.length];
    Arrays.fill(before, adds ? 7 : BEFORE);
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
    Operand c = operand(backend, type, before);
    Operand[] operands = {operand(backend, type, x), operand(backend, type, y), c};
    Kernel kernel = new Kernel("matmul", type);
    if (!blas.launch(new Launch.Call("matmul", kernel, operands, sizes, 1, 1))) {
      throw new AssertionError("refused: " + Arrays.toString(sizes));
    }
    assertArrayEquals(want, values(backend, type, c, want.length), left + " " + right);
    for (Operand o : operands) {
      backend.free(o.buffer());
    }
  }

  private static void everySize(OpenClBackend backend, ClBlast blas, DType type) {
    int[][] sizes = {{1, 33, 65, 17}, {3, 20, 70, 30}, {2, 1, 150, 70}, {1, 130, 1, 40}};
    for (int[] s : sizes) {
      for (Lie left : Lie.values()) {
        for (Lie right : Lie.values()) {
          check(backend, blas, type, s, left, right, false);
          check(backend, blas, type, s, left, right, true);
        }
      }
    }
  }

  @Test
  void productsInEveryLayoutAreTheLoops() throws Exception {
    OnDevice.run(backend -> {
      ClBlast blas = ClBlast.find(backend.context());
      if (blas == null) {
        System.out.println("opencl: no product run by CLBlast, libclblast is not installed");
        return;
      }
      everySize(backend, blas, DType.FLOAT32);
      if (backend.limits().float64()) {
        everySize(backend, blas, DType.FLOAT64);
      }
    });
  }

  @Test
  void aCpuMultipliesByTheLibrarysOwnKernelUnlessToldOtherwise() {
    assertTrue(ClBlast.isWanted(new Limits("a GPU", 256, 32 << 10, 4, 128, true, false)));
    assertFalse(ClBlast.isWanted(new Limits("a CPU", 256, 32 << 10, 4, 128, true, true)));
  }
}
