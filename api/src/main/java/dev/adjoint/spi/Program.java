package dev.adjoint.spi;

import dev.adjoint.type.DType;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/// The structure of an elementwise launch: what is computed from one element of each input, without
/// shapes, strides, addresses or numbers, so that a backend compiles it once.
///
/// Values are numbered: first the inputs, then the scalars, then the result of each instruction in
/// order; each is written once. An output may name any value, an input too (that is a copy).
/// Programs are interned: equal structures are the same object.
///
/// float16 and bfloat16 are types of inputs, scalars and outputs, and of casts to and from float32; no
/// other instruction has them.
public final class Program {

  /// One step: a row applied to earlier values.
  ///
  /// @param row what is computed
  /// @param type T: the arguments' type; for a cast and for a nullary row, the result's
  /// @param arguments the numbers of earlier values, as many as the row's arity
  public record Instruction(Row row, DType type, List<Integer> arguments) {

    /// The type of the value this yields.
    public DType resultType() {
      return row.family().yieldsBool() ? DType.BOOL : type;
    }
  }

  private static final ConcurrentHashMap<Program, Program> INTERNED = new ConcurrentHashMap<>();

  private final List<DType> inputs;
  private final List<DType> scalars;
  private final List<Instruction> instructions;
  private final List<Integer> outputs;
  private final int hash;

  private Program(
      List<DType> inputs,
      List<DType> scalars,
      List<Instruction> instructions,
      List<Integer> outputs) {
    this.inputs = inputs;
    this.scalars = scalars;
    this.instructions = instructions;
    this.outputs = outputs;
    // With the numbers of inputs, as (x, x) beside () has the hash of (x) beside (x).
    this.hash = Objects.hash(inputs.size(), inputs, scalars.size(), scalars, instructions, outputs);
  }

  /// The one program of this structure.
  public static Program of(
      List<DType> inputs,
      List<DType> scalars,
      List<Instruction> instructions,
      List<Integer> outputs) {
    Program p =
        new Program(
            List.copyOf(inputs),
            List.copyOf(scalars),
            List.copyOf(instructions),
            List.copyOf(outputs));
    Program known = INTERNED.putIfAbsent(p, p);
    return known == null ? p : known;
  }

  public List<DType> inputs() {
    return inputs;
  }

  public List<DType> scalars() {
    return scalars;
  }

  public List<Instruction> instructions() {
    return instructions;
  }

  /// The numbers of the values that are stored, one per output operand.
  public List<Integer> outputs() {
    return outputs;
  }

  /// The type of a value by its number.
  public DType typeOf(int value) {
    if (value < inputs.size()) {
      return inputs.get(value);
    }
    int v = value - inputs.size();
    return v < scalars.size() ? scalars.get(v) : instructions.get(v - scalars.size()).resultType();
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || other instanceof Program p
            && hash == p.hash
            && inputs.equals(p.inputs)
            && scalars.equals(p.scalars)
            && instructions.equals(p.instructions)
            && outputs.equals(p.outputs);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /// One line per value, for logs and error reports.
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    int value = 0;
    for (DType t : inputs) {
      text.append("v").append(value++).append(" = input ").append(t).append('\n');
    }
    for (DType t : scalars) {
      text.append("v").append(value++).append(" = scalar ").append(t).append('\n');
    }
    for (Instruction i : instructions) {
      text.append("v").append(value++).append(" = ").append(i.row().name());
      text.append(' ').append(i.type()).append(' ').append(i.arguments()).append('\n');
    }
    return text.append("store ").append(outputs).toString();
  }
}
