package dev.adjoint.memory;

import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;
import dev.adjoint.spi.Program;
import dev.adjoint.spi.Program.Instruction;
import dev.adjoint.spi.Row;
import dev.adjoint.type.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The launch of one row over values in memory and constants: what most launches are, so its program is
/// found by a number instead of being built.
final class SingleRow {
  private static final int MAX_SOURCES = 5;
  private static final long[] NO_NUMBERS = {};
  private static final Entry[] CACHE = new Entry[1 << 12];

  private record Entry(long key, Program program) {}

  private SingleRow() {}

  /// Runs a row into a target, unless a source is still to be computed.
  ///
  /// @param writer as in [ProgramLaunch#of]
  /// @return whether it ran
  static boolean launch(
      Storage target,
      Layout layout,
      Row row,
      DType type,
      Source[] sources,
      @Nullable String writer) {
    long[] scalars = NO_NUMBERS;
    int constants = 0;
    long key = (long) row.id() << 8 | type.ordinal() << 4 | target.type().ordinal();
    for (int i = 0; i < sources.length; i++) {
      Storage source = sources[i].storage();
      Pending p = source.pending();
      if (p != null && !p.isConstant()) {
        return false;
      }
      key = key << 4 | source.type().ordinal() << 1 | (p == null ? 0 : 1);
      if (p != null) {
        scalars = Arrays.copyOf(scalars, constants + 1);
        scalars[constants++] = Scalars.convert(p.bits, p.type, argument(row, type, i));
      }
    }
    if (sources.length > MAX_SOURCES) {
      return false;
    }
    Program program = program(key, row, type, sources, target.type());
    Source[] inputs = constants == 0 ? sources : inputs(key, sources, constants);
    Iteration nest = ProgramLaunch.nest(inputs, layout);
    Operand[] operands = ProgramLaunch.inputs(inputs, nest, 1);
    int last = inputs.length;
    operands[last] = ProgramLaunch.target(target, layout, nest.strides(last), writer);
    target
        .device()
        .launch(new Launch.Elementwise(row.name(), program, nest.shape, operands, scalars));
    return true;
  }

  private static Source[] inputs(long key, Source[] sources, int constants) {
    Source[] inputs = new Source[sources.length - constants];
    int n = 0;
    for (int i = 0; i < sources.length; i++) {
      if (!isConstant(key, i, sources.length)) {
        inputs[n++] = sources[i];
      }
    }
    return inputs;
  }

  /// Bit 0 of each source's part of the key tells constants from operands.
  private static boolean isConstant(long key, int source, int sources) {
    return (key >>> 4 * (sources - 1 - source) & 1) != 0;
  }

  private static DType argument(Row row, DType type, int position) {
    return row.family() == Row.Family.SELECT && position == 0 ? DType.BOOL : type;
  }

  private static Program program(long key, Row row, DType type, Source[] sources, DType stored) {
    int slot = (int) (key * 0x9E3779B97F4A7C15L >>> 52);
    Entry entry = CACHE[slot];
    if (entry == null || entry.key != key) {
      entry = new Entry(key, compile(key, row, type, sources, stored));
      CACHE[slot] = entry;
    }
    return entry.program;
  }

  private static Program compile(long key, Row row, DType type, Source[] sources, DType stored) {
    List<DType> inputs = new ArrayList<>();
    List<DType> scalars = new ArrayList<>();
    for (int i = 0; i < sources.length; i++) {
      if (isConstant(key, i, sources.length)) {
        scalars.add(argument(row, type, i));
      } else {
        inputs.add(sources[i].storage().type());
      }
    }
    List<Instruction> code = new ArrayList<>();
    List<Integer> arguments = new ArrayList<>();
    int first = inputs.size() + scalars.size();
    int in = 0;
    int number = inputs.size();
    for (int i = 0; i < sources.length; i++) {
      if (isConstant(key, i, sources.length)) {
        arguments.add(number++);
      } else {
        arguments.add(cast(code, first, in, inputs.get(in++), argument(row, type, i)));
      }
    }
    int value = arguments.isEmpty() ? 0 : arguments.getFirst();
    if (row != Row.CAST) {
      code.add(new Instruction(row, type, List.copyOf(arguments)));
      value = first + code.size() - 1;
    }
    DType yielded = row.family().yieldsBool() ? DType.BOOL : type;
    return Program.of(inputs, scalars, code, List.of(cast(code, first, value, yielded, stored)));
  }

  private static int cast(List<Instruction> code, int first, int value, DType from, DType to) {
    if (from == to) {
      return value;
    }
    code.add(new Instruction(Row.CAST, to, List.of(value)));
    return first + code.size() - 1;
  }
}
