package dev.adjoint.memory;

import dev.adjoint.memory.Fusion.Source;
import dev.adjoint.memory.layout.Iteration;
import dev.adjoint.memory.layout.Layout;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;
import dev.adjoint.spi.Program;
import dev.adjoint.spi.Program.Instruction;
import dev.adjoint.spi.Row;
import dev.adjoint.type.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The launch of one row over values in memory and constants: what most launches are, so its program is
/// found by a number instead of being built.
final class SingleRow {
  private static final int MAX_SOURCES = 5;
  private static final long[] NO_NUMBERS = {};
  private static final Set<Row> ROUNDED =
      Set.of(
          Row.of(Row.Family.BINARY, "pow"),
          Row.of(Row.Family.BINARY, "remainder"),
          Row.of(Row.Family.BINARY, "floor_div"));
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
        scalars[constants++] = scalar(p, row, type, i);
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
        .launch(new Launch.Elementwise(row.name(), program, nest.shape(), operands, scalars));
    target.realized();
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

  private static long scalar(Pending p, Row row, DType type, int position) {
    DType taken = argument(row, type, position);
    long bits = Scalars.convert(p.bits, p.type, taken);
    return row == Row.CAST ? bits : Scalars.convert(bits, taken, taken.arithmetic());
  }

  /// The type that an argument is converted to. Beside halves, one that is compared, or divided by
  /// without a fraction, is rounded as they were, so that 0.1 equals 0.1; others keep their digits.
  static DType argument(Row row, DType type, int position) {
    if (row.family() == Row.Family.SELECT && position == 0) {
      return DType.BOOL;
    }
    boolean rounded = row.family() == Row.Family.COMPARE || row == Row.CAST;
    return rounded || type.isHalf() && ROUNDED.contains(row) ? type : type.arithmetic();
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
        DType taken = argument(row, type, i);
        scalars.add(row == Row.CAST ? taken : taken.arithmetic());
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
        DType taken = argument(row, type, i);
        int value = cast(code, first, in, inputs.get(in++), taken);
        boolean widened = taken.isHalf() && row != Row.CAST;
        arguments.add(widened ? cast(code, first, value, taken, DType.FLOAT32) : value);
      }
    }
    int value = arguments.isEmpty() ? 0 : arguments.getFirst();
    DType yielded = row.family().yieldsBool() ? DType.BOOL : type;
    if (row != Row.CAST) {
      code.add(new Instruction(row, type.arithmetic(), List.copyOf(arguments)));
      value = first + code.size() - 1;
      value = yielded.isHalf() ? cast(code, first, value, DType.FLOAT32, yielded) : value;
    }
    return Program.of(inputs, scalars, code, List.of(cast(code, first, value, yielded, stored)));
  }

  private static int cast(List<Instruction> code, int first, int value, DType from, DType to) {
    if (from == to) {
      return value;
    }
    if (!from.castsTo(to)) {
      int single = cast(code, first, value, from, DType.FLOAT32);
      return cast(code, first, single, DType.FLOAT32, to);
    }
    code.add(new Instruction(Row.CAST, to, List.of(value)));
    return first + code.size() - 1;
  }
}
