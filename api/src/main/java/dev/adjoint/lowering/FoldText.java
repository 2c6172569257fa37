package dev.adjoint.lowering;

import dev.adjoint.lowering.FoldLowering.Stage;
import dev.adjoint.lowering.FoldLowering.Structure;
import dev.adjoint.spi.Program;
import dev.adjoint.type.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The text of a kernel of a fold. Each lane folds the elements of its row one after another, some
/// at a time so that a sum's error does not grow with their number; then the rows of a group meet
/// in a tree.
final class FoldText {
  private static final int RUN = 64;

  /// So many loads are under way at a time. It divides a run, and changes no result.
  private static final int AT_ONCE = 8;

  private final Structure fold;
  private final Program program;
  private final int inputs;
  private final String of;
  private final String none;
  private final String accumulator;
  private final Text text = new Text();

  FoldText(Structure fold) {
    this.fold = fold;
    this.program = fold.program();
    this.inputs = program.inputs().size();
    String reducer = fold.reducer().name().toLowerCase(Locale.ROOT);
    String suffix = result().suffix();
    this.of = reducer + "_of_" + suffix;
    this.none = reducer + "_of_none_" + suffix + "()";
    this.accumulator = reducer + "_accumulator_" + suffix;
  }

  private DType result() {
    return program.typeOf(program.outputs().getLast());
  }

  String entry(String name) {
    text.line("  SHARED %s shared[MOST_LANES];", accumulator);
    declare();
    text.line("  for (index_t g = (index_t)GROUP; g < groups; g += (index_t)GROUPS) {");
    text.line("    const index_t k = g / blocks * columns + column;");
    text.line("    const index_t b = g % blocks;");
    text.line("    %s total = %s;", accumulator, none);
    text.line("    if (k < kept) {");
    foldRow();
    text.line("    }");
    meet();
    text.line("    if (row == 0 && k < kept) {");
    store();
    text.line("    }");
    text.line("  }");
    return text.entry(fold.narrow(), name, parameters());
  }

  private String parameters() {
    String from = fold.stage() == Stage.JOIN ? accumulator : "";
    String to = fold.stage() == Stage.BLOCKS ? accumulator : Text.type(result());
    return Text.parameters(program, from) + "GLOBAL " + to + " *out";
  }

  private void declare() {
    text.scalars(program);
    for (int o = 0; o < fold.walks().length(); o++) {
      text.line("  p%d += %s;", o, text.word());
    }
    text.line("  const index_t kept = (index_t)%s;", text.word());
    text.line("  const index_t folded = (index_t)%s;", text.word());
    text.line("  const index_t columns = (index_t)%s;", text.word());
    text.line("  const int kept_first = (int)%s;", text.word());
    text.line("  const index_t blocks = (index_t)%s;", text.word());
    text.line("  const index_t block = (index_t)%s;", text.word());
    sizes("kept_size", fold.keptRank());
    if (fold.stage() != Stage.JOIN) {
      sizes("folded_size", fold.foldedRank());
      for (int w = 0; w < walks(); w++) {
        steps("step" + w + "_", fold.keptRank() + fold.foldedRank());
      }
    }
    if (fold.stage() != Stage.BLOCKS) {
      text.line("  out += %s;", text.word());
      steps("out_step", fold.keptRank());
    }
    text.line("  const index_t rows = (index_t)LANES / columns;");
    text.line("  const index_t lane = (index_t)LANE;");
    text.line("  const index_t row = kept_first ? lane / columns : lane % rows;");
    text.line("  const index_t column = kept_first ? lane % columns : lane / rows;");
    text.line("  const index_t groups = (kept + columns - 1) / columns * blocks;");
  }

  private int walks() {
    return 1 + fold.walks().chars().max().orElse('0' - 1) - '0';
  }

  private void sizes(String name, int rank) {
    for (int d = 1; d < rank; d++) {
      text.line("  const index_t %s%d = (index_t)%s;", name, d, text.word());
    }
  }

  private void steps(String name, int rank) {
    for (int d = 0; d < rank; d++) {
      text.line("  const offset_t %s%d = (offset_t)%s;", name, d, text.word());
    }
  }

  static List<String> names(String name, int rank) {
    List<String> names = new ArrayList<>();
    for (int d = 0; d < rank; d++) {
      names.add(name + d);
    }
    return names;
  }

  /// Where a kept or folded index lies in the walk of steps so named, from the coordinates.
  static String place(String coordinate, String step, int rank, int first) {
    StringBuilder sum = new StringBuilder();
    for (int d = 0; d < rank; d++) {
      sum.append(d == 0 ? "" : " + ").append(coordinate).append(d);
      sum.append(" * ").append(step).append(first + d);
    }
    return sum.toString();
  }

  private void foldRow() {
    boolean join = fold.stage() == Stage.JOIN;
    if (!join) {
      text.coordinates("      ", "k", "c", names("kept_size", fold.keptRank()));
      for (int w = 0; w < walks(); w++) {
        text.line(
            "      const offset_t start%d = %s;",
            w, place("c", "step" + w + "_", fold.keptRank(), 0));
      }
    }
    text.line("      const index_t end = b * block + block < folded ? b * block + block : folded;");
    text.line("      for (index_t j = b * block + row * %d; j < end;) {", fold.pack());
    text.line("        %s run = %s;", accumulator, none);
    text.line("        int u = 0;");
    foldAtOnce(join);
    text.line("        for (; u < %d && j < end; u++) {", RUN);
    text.line("          const index_t i = j;");
    element("          ", join, null);
    text.line("          run = %s(run, %s);", of, join ? "v" : value());
    int last = fold.pack() - 1; // of a pack, after which comes the lane's next one
    text.line("          j += j %% %d == %d ? %s - %d : 1;", fold.pack(), last, apart(), last);
    text.line("        }");
    text.line("        total = %s(total, run);", of);
    text.line("      }");
  }

  /// How far apart a lane's packs lie.
  private String apart() {
    return fold.pack() + " * rows";
  }

  private void foldAtOnce(boolean join) {
    int pack = fold.pack();
    int packs = AT_ONCE / pack;
    text.line(
        "        for (; u < %d && j + %d * %s + %d < end; u += %d) {",
        RUN, packs - 1, apart(), pack - 1, AT_ONCE);
    text.line("          %s some[%d];", join ? accumulator : Text.type(result()), AT_ONCE);
    readPacks(packs);
    text.line("          for (int s = 0; s < %d; s++) {", AT_ONCE);
    text.line("            const index_t i = j + s / %d * %s + s %% %d;", pack, apart(), pack);
    element("            ", join, "[s / " + pack + "].of[s % " + pack + "]");
    text.line("            some[s] = %s;", join ? "v" : value());
    text.line("          }");
    writePacks(packs);
    text.line("          for (int s = 0; s < %d; s++) {", AT_ONCE);
    text.line("            run = %s(run, some[s]);", of);
    text.line("          }");
    text.line("          j += %d * %s;", packs, apart());
    text.line("        }");
  }

  /// Reads all packs that are under way before any is computed with: a division or a tanh has branches,
  /// over which a compiler moves no load.
  private void readPacks(int packs) {
    for (int o = 0; o < fold.together().length(); o++) {
      if (!isTogether(o)) {
        continue;
      }
      text.line("          %s x%d[%d];", pack(o), o, packs);
      if (o < inputs) {
        eachPack(packs, "x%d[s] = *(GLOBAL const %s *)%s;".formatted(o, pack(o), packPlace(o)));
      }
    }
  }

  private void writePacks(int packs) {
    for (int o = inputs; o < fold.together().length(); o++) {
      if (isTogether(o)) {
        eachPack(packs, "*(GLOBAL %s *)%s = x%d[s];".formatted(pack(o), packPlace(o), o));
      }
    }
  }

  private void eachPack(int packs, String statement) {
    text.line("          for (int s = 0; s < %d; s++) {", packs);
    text.line("            const index_t i = j + s * %s;", apart());
    text.line("            %s", statement);
    text.line("          }");
  }

  private String pack(int operand) {
    return "PACK_OF(" + Text.type(type(operand)) + ")";
  }

  private String packPlace(int operand) {
    return "(p" + operand + " + (start" + fold.walks().charAt(operand) + " + (offset_t)i))";
  }

  private DType type(int operand) {
    int stored = operand - inputs;
    return program.typeOf(stored < 0 ? operand : program.outputs().get(stored));
  }

  private boolean isTogether(int operand) {
    return fold.together().charAt(operand) == '1';
  }

  private String value() {
    return "v" + program.outputs().getLast();
  }

  /// Element i of the row.
  ///
  /// @param read where it is in packs that have been read, or are to be written; null when none has
  private void element(String indent, boolean join, @Nullable String read) {
    if (join) {
      text.line("%sconst %s v = p0[i * kept + k];", indent, accumulator);
      return;
    }
    text.coordinates(indent, "i", "f", names("folded_size", fold.foldedRank()));
    for (int i = 0; i < inputs; i++) {
      if (read != null && isTogether(i)) {
        String type = Text.type(program.inputs().get(i));
        text.line("%sconst %s v%d = x%d%s;", indent, type, i, i, read);
        continue;
      }
      String type = Text.type(program.inputs().get(i));
      text.line("%sconst %s v%d = %s;", indent, type, i, place(i));
    }
    text.instructions(program, indent, "((int64_t)k * folded + i)");
    for (int o = inputs; o < fold.walks().length(); o++) {
      String to = read != null && isTogether(o) ? "x" + o + read : place(o);
      text.line("%s%s = v%d;", indent, to, program.outputs().get(o - inputs));
    }
  }

  /// Where an operand has the element of folded coordinates.
  private String place(int operand) {
    int walk = fold.walks().charAt(operand) - '0';
    String folded = place("f", "step" + walk + "_", fold.foldedRank(), fold.keptRank());
    return "p" + operand + "[start" + walk + " + " + folded + "]";
  }

  /// Where rows lie side by side, the last steps are between lanes that run together.
  private void meet() {
    text.line("    const index_t place = row * columns + column;");
    text.line("    BARRIER();");
    text.line("    shared[place] = total;");
    text.line("    BARRIER();");
    text.line("    index_t apart = rows / 2;");
    text.line("    for (; apart >= (kept_first ? 1 : TOGETHER); apart /= 2) {");
    text.line("      if (row < apart) {");
    text.line("        shared[place] = %s(shared[place], shared[place + apart * columns]);", of);
    text.line("      }");
    text.line("      BARRIER();");
    text.line("    }");
    text.line("    total = shared[place];");
    text.line("    for (; apart > 0; apart /= 2) {");
    text.line("      total = %s(total, FROM_ABOVE(total, apart));", of);
    text.line("    }");
  }

  private void store() {
    if (fold.stage() == Stage.BLOCKS) {
      text.line("      out[b * kept + k] = total;");
      return;
    }
    text.coordinates("      ", "k", "o", names("kept_size", fold.keptRank()));
    text.line(
        "      out[%s] = (%s)total;",
        place("o", "out_step", fold.keptRank(), 0), Text.type(result()));
  }
}
