package dev.adjoint.backend.cpu.code;

import dev.adjoint.backend.cpu.code.RowCalls.RowCall;
import dev.adjoint.spi.Program;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;

/// Gives each value of a program a place: inputs and scalars one each, results a register.
///
/// One pass over the instructions, since they are in order and each value is written once. A
/// register is free again after the last instruction that reads it; an output's is never shared,
/// because it may be the output's own memory. A result never gets the register of its own argument.
public final class Places {
  private final int[] places;
  private final int operands;
  private int registers;

  /// @param calls what runs the program, in their order
  public Places(Program program, List<RowCall> calls) {
    this.operands = program.inputs().size() + program.scalars().size();
    this.places = new int[operands + program.instructions().size()];
    for (int v = 0; v < operands; v++) {
      places[v] = v;
    }
    int[] lastRead = lastReads(calls);
    boolean[] stored = new boolean[places.length];
    program.outputs().forEach(value -> stored[value] = true);
    ArrayDeque<Integer> free = new ArrayDeque<>();
    for (int k = 0; k < calls.size(); k++) {
      RowCall call = calls.get(k);
      int result = call.result();
      places[result] = stored[result] || free.isEmpty() ? operands + registers++ : free.pop();
      for (int argument : call.arguments().stream().distinct().toList()) {
        if (argument >= operands && lastRead[argument] == k && !stored[argument]) {
          free.push(places[argument]);
        }
      }
    }
  }

  private int[] lastReads(List<RowCall> calls) {
    int[] last = new int[places.length];
    Arrays.fill(last, -1);
    for (int k = 0; k < calls.size(); k++) {
      for (int argument : calls.get(k).arguments()) {
        last[argument] = k;
      }
    }
    return last;
  }

  /// Where a value is that some call yields, or an operand.
  public int of(int value) {
    return places[value];
  }

  /// How many places there are beside the operands'.
  public int registers() {
    return registers;
  }

  /// Inputs, scalars and registers together.
  public int count() {
    return operands + registers;
  }
}
