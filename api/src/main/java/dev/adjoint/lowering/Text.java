package dev.adjoint.lowering;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import dev.adjoint.spi.Program;
import dev.adjoint.spi.Row;
import dev.adjoint.type.DType;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/// Source under construction: statements of an entry, and the words it takes by value, which are
/// numbered as they are named. Whoever fills in a launch's words must name them in the same order.
final class Text {
  private final StringBuilder statements = new StringBuilder();
  private int words;

  /// Appends one line as it is.
  void line(String line) {
    statements.append(line).append('\n');
  }

  /// Appends one line.
  @FormatMethod
  void line(@FormatString String format, Object... arguments) {
    line(format.formatted(arguments));
  }

  /// The next word of the launch.
  String word() {
    return "w.at[" + words++ + "]";
  }

  int words() {
    return words;
  }

  @Override
  public String toString() {
    return statements.toString();
  }

  /// An element's type as kernels spell it.
  static String type(DType type) {
    return switch (type) {
      case BOOL, UINT8 -> "uint8_t";
      case INT32 -> "int32_t";
      case INT64 -> "int64_t";
      case FLOAT16, BFLOAT16 -> "uint16_t";
      case FLOAT32 -> "float";
      case FLOAT64 -> "double";
    };
  }

  /// Declares the program's scalars from words; their values are the low bits.
  void scalars(Program program) {
    int first = program.inputs().size();
    for (int s = 0; s < program.scalars().size(); s++) {
      DType type = program.scalars().get(s);
      String value =
          type.isFloating() && !type.isHalf()
              ? "FROM_BITS_" + type.suffix() + "(" + word() + ")"
              : "(" + type(type) + ")" + word();
      line("  const %s v%d = %s;", type(type), first + s, value);
    }
  }

  /// Declares the results of the instructions, once inputs and scalars are declared.
  ///
  /// @param index the element's linear index in the iteration space, int64
  void instructions(Program program, String indent, String index) {
    int value = program.inputs().size() + program.scalars().size();
    for (Program.Instruction step : program.instructions()) {
      StringBuilder arguments = new StringBuilder();
      for (int argument : step.arguments()) {
        arguments.append(arguments.isEmpty() ? "v" : ", v").append(argument);
      }
      line(
          "%sconst %s v%d = %s(%s);",
          indent,
          type(step.resultType()),
          value++,
          symbol(program, step),
          step.row().family() == Row.Family.NULLARY ? index : arguments);
    }
  }

  private static String symbol(Program program, Program.Instruction step) {
    if (step.row().family() == Row.Family.CAST) {
      DType from = program.typeOf(step.arguments().getFirst());
      return "cast_" + from.suffix() + "_" + step.type().suffix();
    }
    return step.row() + "_" + step.type().suffix();
  }

  /// Declares where each of some dimensions stands, from a linear index.
  ///
  /// @param sizes names of the dimensions' sizes
  void coordinates(String indent, String index, String coordinate, List<String> sizes) {
    if (sizes.size() == 1) {
      line("%sconst offset_t %s0 = (offset_t)%s;", indent, coordinate, index);
      return;
    }
    line("%sindex_t %srest = %s;", indent, coordinate, index);
    for (int d = sizes.size() - 1; d > 0; d--) {
      line(
          "%sconst offset_t %s%d = (offset_t)(%srest %% %s); %srest /= %s;",
          indent, coordinate, d, coordinate, sizes.get(d), coordinate, sizes.get(d));
    }
    line("%sconst offset_t %s0 = (offset_t)%srest;", indent, coordinate, coordinate);
  }

  /// What an index along one dimension adds to a place.
  ///
  /// @param steps what is known of the steps of all walks, as [Geometry#steps] tells; or nothing
  static String step(String steps, int walk, String index, int dim) {
    return switch (steps.isEmpty() ? 'n' : steps.charAt(walk)) {
      case '0' -> "";
      case '1' -> " + " + index;
      default -> " + " + index + " * step" + walk + "_" + dim;
    };
  }

  /// The types whose rows a program needs.
  static Set<DType> types(Program program) {
    Set<DType> types = EnumSet.noneOf(DType.class);
    types.addAll(program.inputs());
    types.addAll(program.scalars());
    for (Program.Instruction step : program.instructions()) {
      types.add(step.type());
      types.add(step.resultType());
    }
    for (int value : program.outputs()) {
      types.add(program.typeOf(value));
    }
    return types;
  }

  /// An entry's name from all that its text depends on.
  static String name(String kind, String structure) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(structure.getBytes(StandardCharsets.UTF_8));
      return kind + "_" + HexFormat.of().formatHex(digest, 0, 10);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }

  /// One entry, for the rows of the types that its program needs.
  ///
  /// @param parameters its pointers, with commas between
  String entry(boolean narrow, String name, String parameters) {
    return "typedef "
        + (narrow ? "uint32_t" : "int64_t")
        + " index_t;\ntypedef "
        + (narrow ? "int32_t" : "int64_t")
        + " offset_t;\nstruct words { int64_t at["
        + Math.max(words, 1)
        + "]; };\nENTRY "
        + name
        + "("
        + parameters
        + ", struct words w) {\n"
        + statements
        + "}\n";
  }

  /// The operands before a fold's result.
  ///
  /// @param partial the type of the partial results that are the only ones; empty for the program's
  static String parameters(Program program, String partial) {
    StringBuilder parameters = new StringBuilder();
    int inputs = program.inputs().size();
    for (int o = 0; o < inputs + program.outputs().size() - 1; o++) {
      String constant = o < inputs ? "const " : "";
      int value = o < inputs ? o : program.outputs().get(o - inputs);
      String type = partial.isEmpty() ? type(program.typeOf(value)) : partial;
      parameters.append("GLOBAL " + constant + type + " *p" + o + ", ");
    }
    return parameters.toString();
  }
}
