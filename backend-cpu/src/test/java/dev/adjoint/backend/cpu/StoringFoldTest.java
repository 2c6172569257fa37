package dev.adjoint.backend.cpu;

import static dev.adjoint.backend.cpu.FoldTest.values;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.adjoint.spi.Operand;
import dev.adjoint.spi.Program;
import dev.adjoint.spi.Program.Instruction;
import dev.adjoint.spi.Reducer;
import dev.adjoint.spi.Row;
import dev.adjoint.spi.Row.Family;
import dev.adjoint.type.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Folds beside which values are stored, bit by bit against a fold and a launch that stores.
class StoringFoldTest {
  private static final DType F32 = DType.FLOAT32;

  private final Host host = new Host(3);

  @AfterEach
  void close() {
    host.close();
  }

  /// x + y is stored beside the sum of x y, for any part of a space, streamed or not.
  @Test
  void whatIsStoredBesideAFoldIsWhatAProgramStores() {
    storedBeside(new long[] {1, 5000}, 1);
    storedBeside(new long[] {1, 100_003}, 1);
    storedBeside(new long[] {1, 9_000_001}, 1);
    storedBeside(new long[] {700, 30}, 1);
    storedBeside(new long[] {30, 700, 9}, 2);
    storedBeside(new long[] {3, 20_000}, 1);
  }

  private void storedBeside(long[] shape, int folded) {
    int n = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    int kept = (int) shape[0];
    long[] strides = new long[shape.length];
    long step = 1;
    for (int d = shape.length - 1; d >= 0; d--) {
      strides[d] = step;
      step *= shape[d];
    }
    Instruction product = new Instruction(Row.of(Family.BINARY, "mul"), F32, List.of(0, 1));
    Instruction sum = new Instruction(Row.of(Family.BINARY, "add"), F32, List.of(0, 1));
    Operand x = new Operand(host.upload(F32, values(Reducer.SUM, F32, n)), 0, strides);
    Operand y = new Operand(host.upload(F32, values(Reducer.SUM, F32, n + 1)), 1, strides);
    Operand[] results = new Operand[3];
    for (int i = 0; i < 3; i++) {
      results[i] = new Operand(host.buffer(F32, kept), 0, new long[] {1});
    }
    Operand stored = new Operand(host.buffer(F32, n), 0, strides);
    Operand alone = new Operand(host.buffer(F32, n), 0, strides);
    List<DType> inputs = List.of(F32, F32);
    Program both = Program.of(inputs, List.of(), List.of(product, sum), List.of(3, 2));
    host.fold(Reducer.SUM, both, shape, folded, x, y, stored, results[0]);
    host.fold(
        Reducer.SUM,
        Program.of(inputs, List.of(), List.of(product), List.of(2)),
        shape,
        folded,
        x,
        y,
        results[1]);
    Program sums = Program.of(inputs, List.of(), List.of(sum), List.of(2));
    host.run(sums, shape, x, y, alone);
    String where = Arrays.toString(shape);
    assertArrayEquals(contents(alone, n), contents(stored, n), where);
    assertArrayEquals(contents(results[1], kept), contents(results[0], kept), where);
  }

  private double[] contents(Operand operand, int n) {
    return host.download(F32, operand.buffer(), n);
  }

  /// Sums of doubles, which tell in which order they were added.
  @Test
  void aFullFoldsOrderDoesNotDependOnItsProgram() {
    DType f64 = DType.FLOAT64;
    int n = 300_007;
    Operand x = new Operand(host.upload(f64, values(Reducer.SUM, f64, n)), 0, new long[] {0, 1});
    List<Instruction> code = new ArrayList<>();
    for (int k = 0; k < 40; k++) {
      code.add(new Instruction(Row.of(Family.BINARY, "add"), f64, List.of(0, k)));
    }
    List<Integer> outputs = new ArrayList<>();
    Operand[] operands = new Operand[42];
    operands[0] = x;
    for (int k = 1; k <= 40; k++) {
      outputs.add(k); // all are alive until the last is stored, so tiles are short
      operands[k] = new Operand(host.buffer(f64, n), 0, new long[] {0, 1});
    }
    outputs.add(0);
    Operand result = new Operand(host.buffer(f64, 1), 0, new long[] {1});
    operands[41] = result;
    long[] shape = {1, n};
    Program many = Program.of(List.of(f64), List.of(), code, outputs);
    host.fold(Reducer.SUM, many, shape, 1, operands);
    double[] among = host.download(f64, result.buffer(), 1);
    host.fold(Reducer.SUM, Host.identity(f64), shape, 1, x, result);
    assertArrayEquals(host.download(f64, result.buffer(), 1), among);
  }
}
