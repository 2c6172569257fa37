package dev.adjoint.memory;

import static java.util.Objects.requireNonNull;

import dev.adjoint.memory.Fusion.Source;
import dev.adjoint.spi.Program;
import dev.adjoint.spi.Program.Instruction;
import dev.adjoint.spi.Row;
import dev.adjoint.type.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Turns pending values into one program: follows sources that are pending too, reads each operand
/// once, computes each shared value once, and makes constants scalars.
///
/// A thread uses the same builder again and again; nested use gets another.
final class ProgramBuilder implements AutoCloseable {
  // Until the number of inputs is known, scalars and instructions are numbered from these bases.
  private static final int SCALAR = 1 << 16;
  private static final int RESULT = 1 << 20;
  private static final Storage[] NONE = {};
  private static final DType[] TYPES = DType.values();
  private static final ThreadLocal<ProgramBuilder> OWN =
      ThreadLocal.withInitial(ProgramBuilder::new);

  private Source[] inputs = new Source[4];
  private int inputCount;
  private long[] scalars = new long[4];
  private DType[] scalarTypes = new DType[4];
  private int scalarCount;
  private int[] code = new int[32];
  private int codeLength;
  private int results;
  private int[] outputs = new int[2];
  private int outputCount;
  private Storage[] known = NONE;
  private int[] knownValues = {};
  private int knownCount;
  private @Nullable Map<Long, Integer> casts;
  private int[] words = new int[32];
  private boolean busy;

  private ProgramBuilder() {}

  /// An empty builder.
  static ProgramBuilder open() {
    ProgramBuilder own = OWN.get();
    ProgramBuilder b = own.busy ? new ProgramBuilder() : own;
    b.busy = true;
    return b;
  }

  @Override
  public void close() {
    Arrays.fill(inputs, 0, inputCount, null);
    inputCount = 0;
    scalarCount = 0;
    codeLength = 0;
    results = 0;
    outputCount = 0;
    Arrays.fill(known, 0, knownCount, null);
    knownCount = 0;
    casts = null;
    busy = false;
  }

  /// The value an argument yields, converted to a type.
  int value(Source source, DType type) {
    Storage storage = source.storage();
    Pending p = storage.pending();
    if (p == null) {
      return cast(input(source), storage.type(), type);
    }
    if (p.isConstant()) {
      return scalar(Scalars.convert(p.bits, p.type, type), type);
    }
    return cast(result(storage, p), storage.type(), type);
  }

  /// Whether the program reads or computes an argument by now.
  boolean has(Source source) {
    Storage storage = source.storage();
    if (storage.pending() != null) {
      return parts().contains(storage);
    }
    return indexOf(source) >= 0;
  }

  /// Whether the program stays within limits if it computes one more value.
  boolean hasRoomFor(Source source) {
    return results + source.storage().pendingWeight() <= Realization.MAX_INSTRUCTIONS
        && inputCount + source.storage().leaves() <= Realization.MAX_LEAVES;
  }

  /// Marks a value as stored, in the order of the output operands.
  void output(int value) {
    outputs = outputCount == outputs.length ? Arrays.copyOf(outputs, 2 * outputCount) : outputs;
    outputs[outputCount++] = value;
  }

  /// Adds values to the targets that were computed as parts of others often enough to be stored along.
  void storeRepeated(List<Storage> targets, int most) {
    for (int i = 0; i < knownCount && targets.size() < most; i++) {
      if (known[i].isWorthStoring() && !targets.contains(known[i])) {
        output(knownValues[i]);
        targets.add(known[i]);
      }
    }
  }

  /// The pending values that the program computes.
  List<Storage> parts() {
    return Arrays.asList(known).subList(0, knownCount);
  }

  private int result(Storage storage, Pending p) {
    for (int i = 0; i < knownCount; i++) {
      if (known[i] == storage) {
        return knownValues[i];
      }
    }
    int value = apply(requireNonNull(p.row), p.type, p.sources);
    if (knownCount == known.length) {
      known = Arrays.copyOf(known, 2 * knownCount + 4);
      knownValues = Arrays.copyOf(knownValues, known.length);
    }
    known[knownCount] = storage;
    knownValues[knownCount++] = value;
    return value;
  }

  /// The value of a row applied to arguments; rows of halves compute in float32, and each result is
  /// rounded as if it were stored.
  int apply(Row row, DType type, Source[] sources) {
    if (row == Row.CAST) {
      return value(sources[0], type);
    }
    DType computed = type.arithmetic();
    int[] arguments = new int[sources.length];
    for (int i = 0; i < sources.length; i++) {
      DType taken = SingleRow.argument(row, type, i);
      arguments[i] = taken.isHalf() ? rounded(sources[i], taken) : value(sources[i], taken);
    }
    int result = instruction(row, computed, arguments);
    return row.family().yieldsBool() ? result : cast(result, computed, type);
  }

  private int rounded(Source source, DType half) {
    return cast(value(source, half), half, DType.FLOAT32);
  }

  private int instruction(Row row, DType type, int... arguments) {
    if (codeLength + arguments.length + 2 > code.length) {
      code = Arrays.copyOf(code, 2 * code.length);
    }
    code[codeLength++] = row.id();
    code[codeLength++] = type.ordinal();
    for (int a : arguments) {
      code[codeLength++] = a;
    }
    return RESULT + results++;
  }

  /// A value in another type; halves are cast by way of float32.
  int cast(int value, DType from, DType to) {
    if (from == to) {
      return value;
    }
    if (!from.castsTo(to)) {
      return cast(cast(value, from, DType.FLOAT32), DType.FLOAT32, to);
    }
    Map<Long, Integer> values = casts;
    if (values == null) {
      values = new HashMap<>();
      casts = values;
    }
    return values.computeIfAbsent(
        (long) value << 8 | to.ordinal(), key -> instruction(Row.CAST, to, value));
  }

  private int indexOf(Source input) {
    for (int i = 0; i < inputCount; i++) {
      Source known = inputs[i];
      if (known.storage() == input.storage() && known.layout().sameAs(input.layout())) {
        return i;
      }
    }
    return -1;
  }

  private int input(Source source) {
    int known = indexOf(source);
    if (known >= 0) {
      return known;
    }
    inputs = inputCount == inputs.length ? Arrays.copyOf(inputs, 2 * inputCount) : inputs;
    inputs[inputCount] = source;
    return inputCount++;
  }

  private int scalar(long bits, DType type) {
    for (int i = 0; i < scalarCount; i++) {
      if (scalars[i] == bits && scalarTypes[i] == type) {
        return SCALAR + i;
      }
    }
    if (scalarCount == scalars.length) {
      scalars = Arrays.copyOf(scalars, 2 * scalarCount);
      scalarTypes = Arrays.copyOf(scalarTypes, 2 * scalarCount);
    }
    scalars[scalarCount] = bits;
    scalarTypes[scalarCount] = type;
    return SCALAR + scalarCount++;
  }

  /// What the program reads; no source is pending.
  Source[] inputs() {
    return Arrays.copyOf(inputs, inputCount);
  }

  long[] scalars() {
    return Arrays.copyOf(scalars, scalarCount);
  }

  /// The program; structures seen before are looked up without building them again.
  Program build() {
    int length = write();
    return ProgramCache.get(words, length, this::compile);
  }

  /// Writes the structure as numbers and returns how many.
  private int write() {
    int length = inputCount + scalarCount + codeLength + outputCount + 3;
    if (length > words.length) {
      words = new int[2 * length];
    }
    int n = 0;
    for (int i = 0; i < inputCount; i++) {
      words[n++] = inputs[i].storage().type().ordinal();
    }
    words[n++] = -1;
    for (int i = 0; i < scalarCount; i++) {
      words[n++] = scalarTypes[i].ordinal();
    }
    words[n++] = -1;
    System.arraycopy(code, 0, words, n, codeLength);
    n += codeLength;
    words[n++] = -1;
    System.arraycopy(outputs, 0, words, n, outputCount);
    return length;
  }

  private Program compile() {
    List<DType> inputTypes = new ArrayList<>();
    for (int i = 0; i < inputCount; i++) {
      inputTypes.add(inputs[i].storage().type());
    }
    List<Instruction> instructions = new ArrayList<>();
    for (int at = 0; at < codeLength; ) {
      Row row = Row.byId(code[at++]);
      DType type = TYPES[code[at++]];
      List<Integer> arguments = new ArrayList<>();
      for (int i = 0; i < row.family().arity(); i++) {
        arguments.add(number(code[at++]));
      }
      instructions.add(new Instruction(row, type, List.copyOf(arguments)));
    }
    List<Integer> stored = new ArrayList<>();
    for (int i = 0; i < outputCount; i++) {
      stored.add(number(outputs[i]));
    }
    List<DType> constants = List.of(Arrays.copyOf(scalarTypes, scalarCount));
    return Program.of(inputTypes, constants, instructions, stored);
  }

  private int number(int provisional) {
    if (provisional >= RESULT) {
      return inputCount + scalarCount + provisional - RESULT;
    }
    return provisional >= SCALAR ? inputCount + provisional - SCALAR : provisional;
  }
}
