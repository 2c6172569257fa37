package dev.adjoint.backend.opencl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adjoint.lowering.Limits;
import dev.adjoint.lowering.Lowering;
import dev.adjoint.spi.Buffer;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;
import dev.adjoint.spi.Program;
import dev.adjoint.spi.Program.Instruction;
import dev.adjoint.spi.Reducer;
import dev.adjoint.spi.Row;
import dev.adjoint.type.DType;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The kernels for CPUs and those for GPUs give the same numbers, whichever the device is.
@Timeout(120)
class RangesTest {
  private static final int FLOATS = 1 << 18;

  /// tanh(x * y).
  private static final Program CHAIN =
      Program.of(
          List.of(DType.FLOAT32, DType.FLOAT32),
          List.of(),
          List.of(
              new Instruction(Row.of(Row.Family.BINARY, "mul"), DType.FLOAT32, List.of(0, 1)),
              new Instruction(Row.of(Row.Family.UNARY, "tanh"), DType.FLOAT32, List.of(2))),
          List.of(3));

  private static final Program PRODUCT =
      Program.of(
          List.of(DType.FLOAT32, DType.FLOAT32),
          List.of(),
          List.of(new Instruction(Row.of(Row.Family.BINARY, "mul"), DType.FLOAT32, List.of(0, 1))),
          List.of(2));

  private static long[] longs(long... values) {
    return values;
  }

  private interface Work {
    Launch of(Buffer x, Buffer y, Buffer out);
  }

  /// What a launch leaves in memory that held ones, on a CPU's plan and on a GPU's.
  private static void same(Work work) throws Exception {
    OnDevice.run(backend -> {
      float[] numbers = new float[FLOATS];
      for (int i = 0; i < FLOATS; i++) {
        numbers[i] = i * 7919L % 33 - 16; // sums of products are exact in any order
      }
      Buffer x = backend.allocate(4L * FLOATS);
      Buffer out = backend.allocate(4L * FLOATS);
      backend.upload(MemorySegment.ofArray(numbers), x, 0);
      float[][] results = new float[2][];
      for (int ranges = 0; ranges < 2; ranges++) {
        backend.upload(MemorySegment.ofArray(numbers), out, 0);
        Launch launch = work.of(x, x, out);
        backend.run(lowering(backend, ranges == 1).lower(launch, backend::allocate), launch);
        results[ranges] = OnDevice.floats(backend, out, FLOATS);
      }
      assertArrayEquals(results[0], results[1]);
      int changed = 0;
      for (int i = 0; i < FLOATS; i++) {
        changed += results[0][i] == numbers[i] ? 0 : 1;
      }
      assertEquals(true, changed > 0, "nothing was written");
    });
  }

  private static Lowering lowering(OpenClBackend backend, boolean ranges) {
    Limits own = backend.limits();
    return new Lowering(
        new Limits(
            own.device(), own.lanes(), own.localBytes(), own.units(), own.words(), true, ranges));
  }

  private static void elementwise(long[] shape, long[] x, long[] y, long offset, long[] out)
      throws Exception {
    same((a, b, to) -> {
      Operand[] operands = {
        new Operand(a, offset, x), new Operand(b, 0, y), new Operand(to, offset, out)
      };
      return new Launch.Elementwise("tanh", CHAIN, shape, operands, longs());
    });
  }

  private static void fold(
      Reducer reducer, long[] shape, int folded, long[] x, long[] y, long[] out) throws Exception {
    same((a, b, to) -> {
      Operand[] operands = {new Operand(a, 1, x), new Operand(b, 0, y), new Operand(to, 2, out)};
      return new Launch.Fold("fold", reducer, PRODUCT, shape, folded, operands, longs());
    });
  }

  /// As [#fold], and the product's tanh is stored behind the result.
  private static void storing(long[] shape, int folded, long[] x, long[] y, long[] stored)
      throws Exception {
    Program both = Program.of(CHAIN.inputs(), List.of(), CHAIN.instructions(), List.of(3, 2));
    same((a, b, to) -> {
      Operand[] operands = {
        new Operand(a, 4, x),
        new Operand(b, 0, y),
        new Operand(to, 1000, stored),
        new Operand(to, 0, longs(1))
      };
      return new Launch.Fold("fold", Reducer.SUM, both, shape, folded, operands, longs());
    });
  }

  @Test
  void whatIsStoredBesideFoldsIsTheSame() throws Exception {
    storing(longs(1, 100_003), 1, longs(0, 1), longs(0, 1), longs(0, 1));
    storing(longs(1, 300, 400), 2, longs(0, 400, 1), longs(0, 0, 1), longs(0, 1, 300));
    storing(longs(301, 403), 1, longs(1, 301), longs(0, 1), longs(1, 301));
    storing(longs(41, 90), 1, longs(90, 1), longs(1, 41), longs(180, 2));
  }

  @Test
  void denseElementsAreTheSame() throws Exception {
    elementwise(longs(100_003), longs(1), longs(1), 0, longs(1));
    elementwise(longs(100_003), longs(1), longs(0), 3, longs(1));
    elementwise(longs(5), longs(1), longs(1), 1, longs(1));
  }

  @Test
  void elementsOfAnyLayoutAreTheSame() throws Exception {
    elementwise(longs(301, 403), longs(1, 301), longs(0, 1), 0, longs(403, 1));
    elementwise(longs(301, 403), longs(1, 0), longs(403, 1), 2, longs(403, 1));
    elementwise(longs(5, 7, 11), longs(1, 5, 35), longs(77, 11, 1), 0, longs(154, 22, 2));
    elementwise(
        longs(2, 3, 2, 3, 4),
        longs(1, 2, 6, 12, 36),
        longs(0, 0, 1, 0, 1),
        0,
        longs(72, 24, 12, 4, 1));
  }

  @Test
  void foldsOfNeighboursAreTheSame() throws Exception {
    fold(Reducer.SUM, longs(1, 100_003), 1, longs(0, 1), longs(0, 1), longs(1));
    fold(Reducer.MAX, longs(301, 403), 1, longs(403, 1), longs(0, 1), longs(2));
    fold(Reducer.SUM, longs(41, 5, 9), 2, longs(45, 9, 1), longs(1, 0, 41), longs(1));
    fold(Reducer.SUM, longs(7, 0), 1, longs(0, 1), longs(0, 1), longs(1));
  }

  @Test
  void foldsOfColumnsAreTheSame() throws Exception {
    fold(Reducer.SUM, longs(301, 403), 1, longs(1, 301), longs(0, 1), longs(1));
    fold(Reducer.MIN, longs(301, 403), 1, longs(1, 301), longs(1, 301), longs(3));
    fold(Reducer.SUM, longs(9, 31, 203), 1, longs(31 * 203, 1, 31), longs(31, 1, 0), longs(31, 1));
    fold(Reducer.SUM, longs(3, 4, 5), 1, longs(1, 3, 12), longs(0, 1, 4), longs(1, 3));
  }
}
