package dev.adjoint.backend.cpu;

import dev.adjoint.spi.Program;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;

/// Gives each value of a program a place: inputs and scalars one each, results a register.
///
/// One pass over the instructions, since they are in order and each value is written once. A
/// register is free again after the last instruction that reads it; an output's is never shared,
/// because it may be the output's own memory. A result never gets the register of its own argument.
final class Places {
  private final int[] places;
  private final int operands;
  private int registers;

  Places(Program program) {
    this.operands = program.inputs().size() + program.scalars().size();
    List<Program.Instruction> steps = program.instructions();
    this.places = new int[operands + steps.size()];
    int[] lastRead = lastReads(program);
    boolean[] stored = new boolean[places.length];
    program.outputs().forEach(value -> stored[value] = true);
    ArrayDeque<Integer> free = new ArrayDeque<>();
    for (int v = 0; v < places.length; v++) {
      if (v < operands) {
        places[v] = v;
        continue;
      }
      places[v] = stored[v] || free.isEmpty() ? operands + registers++ : free.pop();
      int step = v - operands;
      for (int argument : steps.get(step).arguments().stream().distinct().toList()) {
        if (argument >= operands && lastRead[argument] == step && !stored[argument]) {
          free.push(places[argument]);
        }
      }
    }
  }

  private int[] lastReads(Program program) {
    int[] last = new int[places.length];
    Arrays.fill(last, -1);
    for (int step = 0; step < program.instructions().size(); step++) {
      for (int argument : program.instructions().get(step).arguments()) {
        last[argument] = step;
      }
    }
    return last;
  }

  int of(int value) {
    return places[value];
  }

  int registers() {
    return registers;
  }

  /// Inputs, scalars and registers together.
  int count() {
    return operands + registers;
  }
}
