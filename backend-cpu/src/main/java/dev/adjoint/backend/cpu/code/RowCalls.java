package dev.adjoint.backend.cpu.code;

import dev.adjoint.spi.Program;
import dev.adjoint.spi.Program.Instruction;
import dev.adjoint.spi.Row;
import dev.adjoint.type.DType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The calls that run a program: one per instruction, or one for two of `native-kernels/cpu/pair.def`,
/// which saves a store and a load of what one hands the other.
public final class RowCalls {
  /// A function of the library, the value it yields, and those it reads.
  public record RowCall(String symbol, int result, List<Integer> arguments) {}

  private final Program program;
  private final int operands;
  private final int[] reads;
  private final @Nullable RowCall[] calls;

  private RowCalls(Program program) {
    this.program = program;
    this.operands = program.inputs().size() + program.scalars().size();
    this.calls = new RowCall[program.instructions().size()];
    this.reads = new int[operands + calls.length];
    for (Instruction step : program.instructions()) {
      step.arguments().forEach(value -> reads[value]++);
    }
    program.outputs().forEach(value -> reads[value] += 2); // it is stored, whoever else reads it
  }

  /// The calls in their order.
  public static List<RowCall> of(Program program) {
    RowCalls made = new RowCalls(program);
    for (int k = 0; k < made.calls.length; k++) {
      made.calls[k] = made.call(k);
    }
    List<RowCall> calls = new ArrayList<>();
    for (RowCall call : made.calls) {
      if (call != null) {
        calls.add(call);
      }
    }
    return calls;
  }

  private RowCall call(int k) {
    Instruction step = program.instructions().get(k);
    if (simple(step) != null && step.arguments().size() == 2) {
      for (int argument = 0; argument < 2; argument++) {
        RowCall pair = pair(k, step, argument);
        if (pair != null) {
          return pair;
        }
      }
    }
    return new RowCall(symbol(step), operands + k, step.arguments());
  }

  /// The step together with the one that yields its argument, which then has no call of its own.
  private @Nullable RowCall pair(int k, Instruction step, int argument) {
    int value = step.arguments().get(argument);
    int at = value - operands;
    if (at < 0 || reads[value] != 1) {
      return null;
    }
    Instruction before = program.instructions().get(at);
    String first = simple(before);
    RowCall alone = calls[at];
    if (first == null || alone == null || alone.symbol().startsWith("pair")) {
      return null;
    }
    calls[at] = null;
    String second = argument == 1 && "sub".equals(simple(step)) ? "rsub" : simple(step);
    List<Integer> from = before.arguments();
    return new RowCall(
        "pair_" + first + "_" + second + "_" + step.type().suffix(),
        operands + k,
        List.of(from.getFirst(), from.getLast(), step.arguments().get(1 - argument)));
  }

  /// The name of a row that may be one of a pair: a square is a product with itself.
  private static @Nullable String simple(Instruction step) {
    if (!step.type().isFloating()) {
      return null;
    }
    return switch (step.row().toString()) {
      case "unary_square", "binary_mul" -> "mul";
      case "binary_add" -> "add";
      case "binary_sub" -> "sub";
      default -> null;
    };
  }

  private String symbol(Instruction step) {
    Row row = step.row();
    if (row.family() == Row.Family.CAST) {
      DType from = program.typeOf(step.arguments().getFirst());
      return "cast_" + from.suffix() + "_" + step.type().suffix();
    }
    return row + "_" + step.type().suffix();
  }
}
