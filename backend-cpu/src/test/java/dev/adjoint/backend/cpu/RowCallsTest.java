package dev.adjoint.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.backend.cpu.code.RowCalls;
import dev.adjoint.backend.cpu.code.RowCalls.RowCall;
import dev.adjoint.spi.Buffer;
import dev.adjoint.spi.Operand;
import dev.adjoint.spi.Program;
import dev.adjoint.spi.Program.Instruction;
import dev.adjoint.spi.Row;
import dev.adjoint.spi.Row.Family;
import dev.adjoint.type.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// Two rows that run as one call: when they do, and that nobody can tell by the bits.
class RowCallsTest {
  private static final DType F32 = DType.FLOAT32;
  private static final int INPUTS = 3;
  private static final int N = 1500;

  private static Instruction step(String row, int... arguments) {
    Family family = arguments.length == 1 ? Family.UNARY : Family.BINARY;
    List<Integer> from = new ArrayList<>();
    for (int argument : arguments) {
      from.add(argument);
    }
    return new Instruction(Row.of(family, row), F32, from);
  }

  private static Program program(List<Integer> outputs, Instruction... steps) {
    return Program.of(List.of(F32, F32, F32), List.of(), List.of(steps), outputs);
  }

  private static List<String> symbols(Program program) {
    return RowCalls.of(program).stream().map(RowCall::symbol).toList();
  }

  @Test
  void aValueWithOneReaderIsNotStored() {
    Program p = program(List.of(4), step("square", 0), step("sub", 1, 3));
    assertEquals(List.of(new RowCall("pair_mul_rsub_f32", 4, List.of(0, 0, 1))), RowCalls.of(p));
    p = program(List.of(5), step("mul", 0, 1), step("add", 3, 2), step("mul", 4, 4));
    assertEquals(List.of("pair_mul_add_f32", "binary_mul_f32"), symbols(p));
  }

  @Test
  void aValueThatIsReadOrStoredElsewhereHasItsOwnCall() {
    Program output = program(List.of(3, 4), step("mul", 0, 1), step("add", 3, 2));
    assertEquals(List.of("binary_mul_f32", "binary_add_f32"), symbols(output));
    Program twice = program(List.of(4), step("mul", 0, 1), step("add", 3, 3));
    assertEquals(List.of("binary_mul_f32", "binary_add_f32"), symbols(twice));
    Program other = program(List.of(4), step("exp", 0), step("add", 3, 1));
    assertEquals(List.of("unary_exp_f32", "binary_add_f32"), symbols(other));
  }

  @Test
  void pairsHaveTheBitsOfTheirRows() {
    Random random = new Random(7);
    Set<String> seen = new TreeSet<>();
    try (Host host = new Host(1)) {
      for (DType type : List.of(F32, DType.FLOAT64)) {
        for (int k = 0; k < 200; k++) {
          Program p = drawn(random, type);
          RowCalls.of(p).forEach(call -> seen.add(call.symbol()));
          compare(host, p, type, random);
        }
      }
    }
    assertEquals(24, seen.stream().filter(s -> s.startsWith("pair")).count(), seen::toString);
    assertTrue(seen.contains("binary_add_f32"));
  }

  private static Program drawn(Random random, DType type) {
    List<Instruction> steps = new ArrayList<>();
    for (int v = INPUTS; v < INPUTS + 9; v++) {
      String row = List.of("add", "sub", "mul", "mul", "square").get(random.nextInt(5));
      boolean unary = row.equals("square");
      int first = random.nextBoolean() ? v - 1 : random.nextInt(v);
      int second = random.nextBoolean() ? v - 1 : random.nextInt(v);
      List<Integer> from = unary ? List.of(first) : List.of(first, second);
      steps.add(new Instruction(Row.of(unary ? Family.UNARY : Family.BINARY, row), type, from));
    }
    int output = INPUTS + random.nextInt(9);
    List<Integer> outputs = List.of(INPUTS + 8, output);
    return Program.of(List.of(type, type, type), List.of(), steps, outputs);
  }

  /// The whole program's outputs against those of its rows, launched one by one.
  private static void compare(Host host, Program p, DType type, Random random) {
    List<Operand> values = new ArrayList<>();
    List<Buffer> buffers = new ArrayList<>();
    for (int i = 0; i < INPUTS; i++) {
      buffers.add(host.upload(type, random.doubles(N, -1.5, 1.5).toArray()));
      values.add(Host.dense(buffers.getLast()));
    }
    for (Instruction step : p.instructions()) {
      Operand[] operands = new Operand[step.arguments().size() + 1];
      DType[] types = new DType[step.arguments().size()];
      for (int a = 0; a < types.length; a++) {
        operands[a] = values.get(step.arguments().get(a));
        types[a] = type;
      }
      buffers.add(host.buffer(type, N));
      operands[types.length] = Host.dense(buffers.getLast());
      host.run(Host.program(step.row(), type, types), new long[] {N}, operands);
      values.add(operands[types.length]);
    }
    Operand[] all = new Operand[INPUTS + 2];
    Buffer[] results = {host.buffer(type, N), host.buffer(type, N)};
    for (int i = 0; i < INPUTS; i++) {
      all[i] = values.get(i);
    }
    all[INPUTS] = Host.dense(results[0]);
    all[INPUTS + 1] = Host.dense(results[1]);
    host.run(p, new long[] {N}, all);
    for (int k = 0; k < 2; k++) {
      double[] want = host.download(type, buffers.get(p.outputs().get(k)), N);
      assertArrayEquals(want, host.download(type, results[k], N), p.instructions().toString());
    }
  }
}
