package dev.adjoint.lowering;

import dev.adjoint.spi.Buffer;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;
import dev.adjoint.spi.Program;
import dev.adjoint.spi.Program.Instruction;
import dev.adjoint.spi.Row;
import dev.adjoint.type.DType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One elementwise launch as a launch for each instruction. Values between them lie in memory, in
/// the order of the iteration space.
final class Steps {
  private static final Row ADD = Row.of(Row.Family.BINARY, "add");

  private final Launch.Elementwise launch;
  private final Program program;
  private final Pieces pieces;
  private final Places places;
  private final long first;
  private final long elements;
  private final int inputs;
  private final int scalars;
  private final boolean overwrites;

  /// Where values are: inputs, results that went to an output at once, or a place between.
  private final Map<Integer, Operand> values = new HashMap<>();

  /// @param first the linear index of the first element
  Steps(Launch.Elementwise launch, long first, Pieces pieces, Places places) {
    this.launch = launch;
    this.program = launch.program();
    this.pieces = pieces;
    this.places = places;
    this.first = first;
    this.elements = Geometry.elements(launch.shape());
    this.inputs = program.inputs().size();
    this.scalars = program.scalars().size();
    this.overwrites = overwrites();
    for (int i = 0; i < inputs; i++) {
      values.put(i, launch.operands()[i]);
    }
  }

  private boolean overwrites() {
    Operand[] operands = launch.operands();
    for (int i = 0; i < inputs; i++) {
      for (int o = inputs; o < operands.length; o++) {
        if (operands[i].buffer().equals(operands[o].buffer())) {
          return true;
        }
      }
    }
    return false;
  }

  void run() {
    int count = program.instructions().size();
    for (int i = 0; i < count; i++) {
      int value = inputs + scalars + i;
      boolean isLast = i == count - 1 && program.outputs().size() == 1;
      int output = overwrites && !isLast ? -1 : program.outputs().indexOf(value);
      DType type = program.typeOf(value);
      Operand target = output < 0 ? place(type) : launch.operands()[inputs + output];
      compute(program.instructions().get(i), target);
      values.put(value, target);
      release(i);
    }
    store();
  }

  /// A place that no later instruction reads is another's.
  private void release(int done) {
    for (int value : program.instructions().get(done).arguments()) {
      @Nullable Operand held = values.get(value);
      if (held != null && isPlace(held) && !isNeeded(value, done)) {
        places.release(held.offset() * bytes(value), elements * bytes(value));
        values.remove(value);
      }
    }
  }

  private boolean isNeeded(int value, int done) {
    return program.outputs().contains(value)
        || program.instructions().stream()
            .skip(done + 1L)
            .anyMatch(step -> step.arguments().contains(value));
  }

  private boolean isPlace(Operand operand) {
    return operand.buffer().equals(places.memory());
  }

  private int bytes(int value) {
    return program.typeOf(value).bytes();
  }

  private Operand place(DType type) {
    long at = places.take(elements * type.bytes()) / type.bytes();
    return new Operand(places.memory(), at, Geometry.rowMajor(launch.shape()));
  }

  private void compute(Instruction step, Operand target) {
    if (step.row() == Row.INDEX) {
      index(target);
      return;
    }
    List<Integer> arguments = step.arguments();
    int numbers = 0;
    for (int a = 0; a < arguments.size(); a++) {
      numbers |= isScalar(arguments.get(a)) ? 1 << a : 0;
    }
    boolean fills = !Catalogue.hasForm(arguments.size(), numbers);
    List<Operand> operands = new ArrayList<>();
    List<Long> words = new ArrayList<>();
    List<DType> types = new ArrayList<>();
    for (int value : arguments) {
      types.add(program.typeOf(value));
      if (!isScalar(value)) {
        operands.add(held(value));
      } else if (fills) {
        operands.add(filled(value));
      } else {
        words.add(launch.scalars()[value - inputs]);
      }
    }
    operands.add(target);
    Program one = Catalogue.step(step.row(), step.type(), types, fills ? 0 : numbers);
    add(one, launch.shape(), operands, words);
  }

  private Operand held(int value) {
    return Objects.requireNonNull(values.get(value), "a value is computed before it is read");
  }

  private boolean isScalar(int value) {
    return value >= inputs && value < inputs + scalars;
  }

  private void add(Program one, long[] shape, List<Operand> operands, List<Long> words) {
    pieces.add(
        new Launch.Elementwise(
            launch.op(),
            one,
            shape,
            operands.toArray(new Operand[0]),
            words.stream().mapToLong(Long::longValue).toArray()));
  }

  /// One element of memory that holds a scalar, repeated over the iteration space.
  private Operand filled(int scalar) {
    DType type = program.typeOf(scalar);
    Buffer memory = places.memory();
    long at = places.take(type.bytes()) / type.bytes();
    List<Long> word = List.of(launch.scalars()[scalar - inputs]);
    Operand one = new Operand(memory, at, new long[] {1});
    add(Catalogue.fill(type), new long[] {1}, List.of(one), word);
    return new Operand(memory, at, new long[launch.shape().length]);
  }

  /// The linear index, which depends on the shape: over one dimension, into memory of this order.
  private void index(Operand target) {
    long[] flat = {elements};
    Operand dense = Geometry.isRowMajor(target, launch.shape()) ? target : place(DType.INT64);
    Operand line = new Operand(dense.buffer(), dense.offset(), new long[] {1}, dense.owner());
    Program index = Catalogue.step(Row.INDEX, DType.INT64, List.of(), 0);
    add(index, flat, List.of(line), List.of());
    if (first > 0) {
      Program shift = Catalogue.step(ADD, DType.INT64, List.of(DType.INT64, DType.INT64), 0b10);
      add(shift, flat, List.of(line, line), List.of(first));
    }
    if (dense != target) {
      copy(DType.INT64, dense, target);
    }
  }

  private void copy(DType type, Operand from, Operand to) {
    add(FoldLowering.itself(type), launch.shape(), List.of(from, to), List.of());
  }

  /// Outputs that are not written yet. An input that one of them overwrites is set aside first.
  private void store() {
    List<Integer> outputs = program.outputs();
    if (overwrites && outputs.size() > 1) {
      for (int value : outputs) {
        if (value < inputs && held(value) == launch.operands()[value]) {
          Operand aside = place(program.typeOf(value));
          copy(program.typeOf(value), launch.operands()[value], aside);
          values.put(value, aside);
        }
      }
    }
    for (int o = 0; o < outputs.size(); o++) {
      int value = outputs.get(o);
      Operand target = launch.operands()[inputs + o];
      if (isScalar(value)) {
        List<Long> word = List.of(launch.scalars()[value - inputs]);
        add(Catalogue.fill(program.typeOf(value)), launch.shape(), List.of(target), word);
      } else if (held(value) != target) {
        copy(program.typeOf(value), held(value), target);
      }
    }
  }

  /// Memory between steps: what is taken, and what has become free again.
  static final class Places {
    private static final long ALIGNMENT = 256;

    private final Buffer memory;
    private final Map<Long, List<Long>> free = new HashMap<>();
    private long end;

    /// @param first the first byte that may be taken
    Places(Buffer memory, long first) {
      this.memory = memory;
      this.end = Math.ceilDiv(first, ALIGNMENT) * ALIGNMENT;
    }

    Buffer memory() {
      return memory;
    }

    /// The same memory from here on, for work that comes before what is taken here later.
    Places again() {
      return new Places(memory, end);
    }

    /// Takes in what another has used beyond its beginning.
    void reach(Places other) {
      end = Math.max(end, other.end);
    }

    /// How many bytes the memory must have.
    long bytes() {
      return end;
    }

    /// The offset in bytes of room for so many.
    long take(long bytes) {
      long room = Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
      List<Long> again = free.get(room);
      if (again != null && !again.isEmpty()) {
        return again.removeLast();
      }
      end += room;
      return end - room;
    }

    void release(long at, long bytes) {
      long room = Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
      free.computeIfAbsent(room, r -> new ArrayList<>()).add(at);
    }
  }
}
