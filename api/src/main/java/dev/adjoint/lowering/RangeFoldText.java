package dev.adjoint.lowering;

import dev.adjoint.lowering.FoldLowering.Stage;
import dev.adjoint.lowering.RangeFoldLowering.Structure;
import dev.adjoint.spi.Program;
import dev.adjoint.type.DType;
import java.util.List;
import java.util.Locale;

/// The text of a fold's kernel for a CPU, whose inner loops a compiler turns into vectors: values of a run
/// of elements first, then the fold of these in some chains, since an addition waits for the one before; or
/// one addition to each of many columns.
final class RangeFoldText {
  static final int COLUMNS = 256;

  private static final int RUN = 256;
  private static final int CHAINS = 16;

  /// Additions of a column before they go to its total, so that a sum's error does not grow with their
  /// number.
  private static final int DEPTH = 64;

  private final Structure fold;
  private final Program program;
  private final int inputs;
  private final boolean join;
  private final String of;
  private final String none;
  private final String accumulator;
  private final Text text = new Text();

  RangeFoldText(Structure fold) {
    this.fold = fold;
    this.program = fold.program();
    this.inputs = program.inputs().size();
    this.join = fold.stage() == Stage.JOIN;
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
    declare();
    text.line("  const index_t groups = (kept + columns - 1) / columns * blocks;");
    text.line("  const index_t share = (groups - 1) / (index_t)GROUPS + 1;");
    text.line("  const index_t first = (index_t)GROUP * share;");
    text.line("  const index_t last = first + share < groups ? first + share : groups;");
    text.line("  for (index_t g = first; g < last; g++) {");
    text.line("    const index_t b = g % blocks;");
    text.line("    const index_t end = b * block + block < folded ? b * block + block : folded;");
    if (fold.columns()) {
      columns();
    } else {
      row();
    }
    text.line("  }");
    return text.entry(fold.narrow(), name, parameters());
  }

  private String parameters() {
    String to = fold.stage() == Stage.BLOCKS ? accumulator : Text.type(result());
    return Text.parameters(program, join ? accumulator : "") + "GLOBAL " + to + " *out";
  }

  private void declare() {
    text.scalars(program);
    for (int o = 0; o < fold.walks().length(); o++) {
      text.line("  p%d += %s;", o, text.word());
    }
    for (String name : List.of("kept", "folded", "columns", "blocks", "block")) {
      text.line("  const index_t %s = (index_t)%s;", name, text.word());
    }
    sizes("kept_size", fold.keptRank());
    if (!join) {
      sizes("folded_size", fold.foldedRank());
      for (int w = 0; w < walks(); w++) {
        steps("step" + w + "_", fold.keptRank() + fold.foldedRank());
      }
    }
    if (fold.stage() != Stage.BLOCKS) {
      text.line("  out += %s;", text.word());
      steps("out_step", fold.keptRank());
    }
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

  /// Declares where each walk's element lies whose coordinates along some dimensions are given.
  private void places(String name, String from, String coordinate, int rank, int firstStep) {
    for (int w = 0; !join && w < walks(); w++) {
      String place = FoldText.place(coordinate, "step" + w + "_", rank, firstStep);
      text.line("      const offset_t %s%d = %s%s;", name, w, from.formatted(w), place);
    }
  }

  private void row() {
    text.line("    const index_t k = g / blocks;");
    if (!join) {
      text.coordinates("    ", "k", "c", FoldText.names("kept_size", fold.keptRank()));
      places("start", "", "c", fold.keptRank(), 0);
    }
    text.line("    %s total = %s;", accumulator, none);
    text.line("    index_t count;");
    text.line("    for (index_t j = b * block; j < end; j += count) {");
    text.line("      count = end - j < %d ? end - j : %d;", RUN, RUN);
    if (!join) {
      int rank = fold.foldedRank();
      text.coordinates("      ", "j", "f", FoldText.names("folded_size", rank));
      places("at", "start%d + ", "f", rank, fold.keptRank());
      if (rank > 1) {
        text.line("      const index_t left = folded_size%d - (index_t)f%d;", rank - 1, rank - 1);
        text.line("      count = left < count ? left : count;");
      }
    }
    run();
    text.line("    }");
    text.line("    {");
    store("k", "total");
    text.line("    }");
  }

  private void run() {
    text.line("      %s some[%d];", join ? accumulator : Text.type(result()), RUN);
    text.line("      IN_VECTORS for (offset_t s = 0; s < (offset_t)count; s++) {");
    int inner = fold.keptRank() + fold.foldedRank() - 1;
    element(
        "k * folded + j + s",
        w -> "at" + w + Text.step(fold.steps(), w, "s", inner),
        "p0[j + (index_t)s]");
    text.line("        some[s] = %s;", value());
    text.line("      }");
    text.line("      %s chains[%d];", accumulator, CHAINS);
    text.line("      for (int c = 0; c < %d; c++) {", CHAINS);
    text.line("        chains[c] = %s;", none);
    text.line("      }");
    text.line("      index_t s = 0;");
    text.line("      for (; s + %d <= count; s += %d) {", CHAINS, CHAINS);
    text.line("        for (int c = 0; c < %d; c++) {", CHAINS);
    text.line("          chains[c] = %s(chains[c], some[s + c]);", of);
    text.line("        }");
    text.line("      }");
    text.line("      for (; s < count; s++) {");
    text.line("        chains[0] = %s(chains[0], some[s]);", of);
    text.line("      }");
    for (int apart = CHAINS / 2; apart > 0; apart /= 2) {
      text.line("      for (int c = 0; c < %d; c++) {", apart);
      text.line("        chains[c] = %s(chains[c], chains[c + %d]);", of, apart);
      text.line("      }");
    }
    text.line("      total = %s(total, chains[0]);", of);
  }

  private void columns() {
    text.line("    const index_t k = g / blocks * columns;");
    text.line("    const offset_t width = (offset_t)(kept - k < columns ? kept - k : columns);");
    text.line("    %s total[%d], run[%d];", accumulator, COLUMNS, COLUMNS);
    boolean scattered = !join && fold.keptRank() > 1;
    for (int w = 0; scattered && w < walks(); w++) {
      text.line("    offset_t start%d[%d];", w, COLUMNS);
    }
    text.line("    for (offset_t c = 0; c < width; c++) {");
    text.line("      total[c] = run[c] = %s;", none);
    if (scattered) {
      text.coordinates(
          "      ", "k + (index_t)c", "c", FoldText.names("kept_size", fold.keptRank()));
      for (int w = 0; w < walks(); w++) {
        String place = FoldText.place("c", "step" + w + "_", fold.keptRank(), 0);
        text.line("      start%d[c] = %s;", w, place);
      }
    }
    text.line("    }");
    text.line("    for (index_t j = b * block; j < end;) {");
    text.line("      const index_t stop = end - j < %d ? end : j + %d;", DEPTH, DEPTH);
    text.line("      for (; j < stop; j++) {");
    columnsOfOne(scattered);
    text.line("      }");
    text.line("      for (offset_t c = 0; c < width; c++) {");
    text.line("        total[c] = %s(total[c], run[c]);", of);
    text.line("        run[c] = %s;", none);
    text.line("      }");
    text.line("    }");
    text.line("    for (offset_t c = 0; c < width; c++) {");
    store("k + (index_t)c", "total[c]");
    text.line("    }");
  }

  private void columnsOfOne(boolean scattered) {
    if (!join) {
      text.coordinates("      ", "j", "f", FoldText.names("folded_size", fold.foldedRank()));
      String from = scattered ? "" : "(offset_t)k * step%d_0 + ";
      places("at", from, "f", fold.foldedRank(), fold.keptRank());
    }
    text.line("      IN_VECTORS for (offset_t c = 0; c < width; c++) {");
    element(
        "((int64_t)k + c) * folded + j",
        w ->
            scattered
                ? "at" + w + " + start" + w + "[c]"
                : "at" + w + Text.step(fold.steps(), w, "c", 0),
        "p0[j * kept + k + (index_t)c]");
    text.line("        run[c] = %s(run[c], %s);", of, value());
    text.line("      }");
  }

  private interface Place {
    String of(int walk);
  }

  private String value() {
    return join ? "v" : "v" + program.outputs().getLast();
  }

  /// @param index of the element in the iteration space
  /// @param partial the accumulator that stands for it where blocks are joined
  private void element(String index, Place place, String partial) {
    if (join) {
      text.line("        const %s v = %s;", accumulator, partial);
      return;
    }
    for (int i = 0; i < inputs; i++) {
      String at = place.of(fold.walks().charAt(i) - '0');
      text.line("        const %s v%d = p%d[%s];", Text.type(program.inputs().get(i)), i, i, at);
    }
    text.instructions(program, "        ", "(int64_t)(" + index + ")");
    for (int o = inputs; o < fold.walks().length(); o++) {
      String at = place.of(fold.walks().charAt(o) - '0');
      text.line("        p%d[%s] = v%d;", o, at, program.outputs().get(o - inputs));
    }
  }

  private void store(String k, String total) {
    if (fold.stage() == Stage.BLOCKS) {
      text.line("      out[b * kept + %s] = %s;", k, total);
      return;
    }
    text.coordinates("      ", k, "o", FoldText.names("kept_size", fold.keptRank()));
    String place = FoldText.place("o", "out_step", fold.keptRank(), 0);
    text.line("      out[%s] = (%s)%s;", place, Text.type(result()), total);
  }
}
