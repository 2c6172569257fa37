package dev.adjoint.lowering;

import dev.adjoint.spi.Program;
import dev.adjoint.type.DType;
import java.util.ArrayList;
import java.util.List;

/// The text of an elementwise kernel.
final class ElementwiseText {
  /// Which elements a lane takes.
  enum Order {
    /// A grid's lanes apart, any strides.
    GRID,
    /// A grid's lanes apart, several dense ones at a time.
    PACKS,
    /// One after another, any strides.
    RANGES
  }

  private final Program program;
  private final Order order;
  private final boolean narrow;
  private final int rank;
  private final String walks;
  private final String steps;
  private final int inputs;
  private final Text text = new Text();

  ElementwiseText(
      Program program, Order order, boolean narrow, int rank, String walks, String steps) {
    this.program = program;
    this.order = order;
    this.narrow = narrow;
    this.rank = rank;
    this.walks = walks;
    this.steps = steps;
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
    switch (order) {
      case GRID -> grid();
      case PACKS -> packs();
      case RANGES -> ranges();
    }
    return text.entry(narrow, name, parameters.toString());
  }

  private DType type(int operand) {
    return operand < inputs
        ? program.inputs().get(operand)
        : program.typeOf(program.outputs().get(operand - inputs));
  }

  /// Any strides: where an element lies is computed once for each way of walking.
  private void grid() {
    List<String> sizes = layout();
    lanes();
    text.line("  for (index_t i = (index_t)(GROUP * LANES + LANE); i < n; i += lanes) {");
    place("    ", sizes);
    compute("    ", "i", o -> "p" + o + "[at" + (walks.charAt(o) - '0') + "]");
    text.line("  }");
  }

  /// Elements one after another, as far as the last dimension goes, in a loop of which a compiler makes
  /// vectors.
  private void ranges() {
    List<String> sizes = layout();
    text.line("  const index_t range = (n - 1) / (index_t)GROUPS + 1;");
    text.line("  const index_t first = (index_t)GROUP * range;");
    text.line("  const index_t end = first + range < n ? first + range : n;");
    text.line("  for (index_t i = first, run; i < end; i += run) {");
    place("    ", sizes);
    text.line("    run = end - i;");
    if (rank > 1) {
      text.line("    const index_t left = size%d - (index_t)c%d;", rank - 1, rank - 1);
      text.line("    run = left < run ? left : run;");
    }
    text.line("    IN_VECTORS for (offset_t j = 0; j < (offset_t)run; j++) {");
    compute("      ", "i + (index_t)j", this::stepped);
    text.line("    }");
    text.line("  }");
  }

  private String stepped(int operand) {
    int walk = walks.charAt(operand) - '0';
    return "p" + operand + "[at" + walk + Text.step(steps, walk, "j", rank - 1) + "]";
  }

  private void lanes() {
    text.line("  const index_t lanes = (index_t)(GROUPS * LANES);");
  }

  /// Declares sizes and steps.
  private List<String> layout() {
    List<String> sizes = new ArrayList<>();
    for (int d = 0; d < rank; d++) {
      sizes.add("size" + d);
      if (d > 0) {
        text.line("  const index_t size%d = (index_t)%s;", d, text.word());
      }
    }
    for (int k = 0; k < ways(); k++) {
      for (int d = 0; d < rank; d++) {
        text.line("  const offset_t step%d_%d = (offset_t)%s;", k, d, text.word());
      }
    }
    return sizes;
  }

  private int ways() {
    return 1 + walks.chars().max().orElse('0') - '0';
  }

  /// Declares where element i lies.
  private void place(String indent, List<String> sizes) {
    text.coordinates(indent, "i", "c", sizes);
    for (int k = 0; k < ways(); k++) {
      text.line("%sconst offset_t at%d = %s;", indent, k, sum(k));
    }
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
    lanes();
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
      String index = "i * " + width + " + " + e;
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
    text.instructions(program, indent, "(int64_t)(" + index + ")");
    for (int o = inputs; o < walks.length(); o++) {
      text.line("%s%s = v%d;", indent, place.of(o), program.outputs().get(o - inputs));
    }
  }
}
