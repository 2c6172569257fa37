package dev.adjoint.lowering;

import dev.adjoint.spi.Program;
import dev.adjoint.type.DType;
import java.util.ArrayList;
import java.util.List;

/// The text of an elementwise kernel.
final class ElementwiseText {
  private final Program program;
  private final boolean packs;
  private final boolean narrow;
  private final int rank;
  private final String walks;
  private final int inputs;
  private final Text text = new Text();

  ElementwiseText(Program program, boolean packs, boolean narrow, int rank, String walks) {
    this.program = program;
    this.packs = packs;
    this.narrow = narrow;
    this.rank = rank;
    this.walks = walks;
    this.inputs = program.inputs().size();
  }

  String entry(String name) {
    StringBuilder parameters = new StringBuilder();
    for (int o = 0; o < walks.length(); o++) {
      parameters
          .append(o == 0 ? "" : ", ")
          .append(o < inputs ? "GLOBAL const " : "GLOBAL ")
          .append(Text.type(type(o)))
          .append(" *p")
          .append(o);
    }
    text.scalars(program);
    for (int o = 0; o < walks.length(); o++) {
      text.line("  p%d += %s;", o, text.word());
    }
    text.line("  const index_t n = (index_t)%s;", text.word());
    text.line("  const index_t lanes = (index_t)(GROUPS * LANES);");
    if (packs) {
      packs();
    } else {
      elements();
    }
    return text.entry(narrow, name, parameters.toString());
  }

  private DType type(int operand) {
    return operand < inputs
        ? program.inputs().get(operand)
        : program.typeOf(program.outputs().get(operand - inputs));
  }

  /// Any strides: where an element lies is computed once for each way of walking.
  private void elements() {
    List<String> sizes = new ArrayList<>();
    for (int d = 0; d < rank; d++) {
      sizes.add("size" + d);
      if (d > 0) {
        text.line("  const index_t size%d = (index_t)%s;", d, text.word());
      }
    }
    int count = 1 + walks.chars().max().orElse('0') - '0';
    for (int k = 0; k < count; k++) {
      for (int d = 0; d < rank; d++) {
        text.line("  const offset_t step%d_%d = (offset_t)%s;", k, d, text.word());
      }
    }
    text.line("  for (index_t i = (index_t)(GROUP * LANES + LANE); i < n; i += lanes) {");
    text.coordinates("    ", "i", "c", sizes);
    for (int k = 0; k < count; k++) {
      text.line("    const offset_t at%d = %s;", k, sum(k));
    }
    compute("    ", "i", o -> "p" + o + "[at" + (walks.charAt(o) - '0') + "]");
    text.line("  }");
  }

  private String sum(int walk) {
    StringBuilder sum = new StringBuilder();
    for (int d = 0; d < rank; d++) {
      sum.append(d == 0 ? "" : " + ").append("c" + d + " * step" + walk + "_" + d);
    }
    return sum.toString();
  }

  private boolean repeats(int operand) {
    return walks.charAt(operand) == '0';
  }

  private String pack(int operand) {
    return "PACK_OF(" + Text.type(type(operand)) + ")";
  }

  /// Dense operands, several elements at a time, then the few that are left.
  private void packs() {
    packPointers();
    int width = ElementwiseLowering.PACK;
    text.line("  const index_t packs = n / %d;", width);
    text.line("  for (index_t i = (index_t)(GROUP * LANES + LANE); i < packs; i += lanes) {");
    for (int o = 0; o < walks.length(); o++) {
      if (o >= inputs) {
        text.line("    %s x%d;", pack(o), o);
      } else if (!repeats(o)) {
        text.line("    const %s x%d = packs%d[i];", pack(o), o, o);
      }
    }
    for (int e = 0; e < width; e++) {
      String element = ".of[" + e + "]";
      text.line("    {");
      String index = "(i * " + width + " + " + e + ")";
      compute("      ", index, o -> repeats(o) ? "once" + o : "x" + o + element);
      text.line("    }");
    }
    for (int o = inputs; o < walks.length(); o++) {
      text.line("    packs%d[i] = x%d;", o, o);
    }
    text.line("  }");
    text.line("  for (index_t i = packs * %d + (index_t)(GROUP * LANES + LANE); i < n;", width);
    text.line("       i += lanes) {");
    compute("    ", "i", o -> repeats(o) ? "once" + o : "p" + o + "[i]");
    text.line("  }");
  }

  private void packPointers() {
    for (int o = 0; o < walks.length(); o++) {
      String constant = o < inputs ? "const " : "";
      if (repeats(o)) {
        text.line("  const %s once%d = *p%d;", Text.type(type(o)), o, o);
      } else {
        text.line(
            "  GLOBAL %s%s *packs%d = (GLOBAL %s%s *)p%d;",
            constant, pack(o), o, constant, pack(o), o);
      }
    }
  }

  private interface Place {
    String of(int operand);
  }

  /// Reads all inputs, then computes, then writes: an output may be an input's very memory.
  private void compute(String indent, String index, Place place) {
    for (int i = 0; i < inputs; i++) {
      text.line("%sconst %s v%d = %s;", indent, Text.type(type(i)), i, place.of(i));
    }
    text.instructions(program, indent, "(int64_t)" + index);
    for (int o = inputs; o < walks.length(); o++) {
      text.line("%s%s = v%d;", indent, place.of(o), program.outputs().get(o - inputs));
    }
  }
}
