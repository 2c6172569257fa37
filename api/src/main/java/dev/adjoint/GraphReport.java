package dev.adjoint;

import java.util.List;
import java.util.Locale;

/// What the graph behind a tensor is made of, and what it keeps alive for its backward.
///
/// Bytes are those of memory, counted once, where the first operation that saved it was recorded. A saved
/// result that is still to be computed counts as what it will be computed from.
///
/// @param nodes recorded operations; leaves are not counted
/// @param savedTensors tensors that the nodes saved and have not given back
/// @param savedBytes their memory
/// @param leafBytes the part of it that belongs to leaves, and would be there without the graph
/// @param byOperation one line per node name, largest first
/// @param byCallSite one line per line of the program, largest first; empty unless nodes were recorded
///     inside [Autograd#tracing(Runnable)]
public record GraphReport(
    long nodes,
    long savedTensors,
    long savedBytes,
    long leafBytes,
    List<Line> byOperation,
    List<Line> byCallSite) {

  /// A part of the graph.
  ///
  /// @param name a node's name or a call-site
  public record Line(String name, long nodes, long savedTensors, long savedBytes) {}

  /// A table, one line per part.
  @Override
  public String toString() {
    StringBuilder text =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "graph: %,d nodes, %,d saved tensors, %,d bytes, of these %,d of leaves%n",
                nodes,
                savedTensors,
                savedBytes,
                leafBytes));
    append(text, "operation", byOperation);
    if (!byCallSite.isEmpty()) {
      append(text, "call-site", byCallSite);
    }
    return text.toString();
  }

  private static void append(StringBuilder text, String title, List<Line> lines) {
    int width =
        Math.max(title.length(), lines.stream().mapToInt(l -> l.name.length()).max().orElse(0));
    String row = "%-" + width + "s %,12d %,12d %,16d%n";
    text.append(
        String.format(
            Locale.ROOT, "%-" + width + "s %12s %12s %16s%n", title, "nodes", "saved", "bytes"));
    for (Line l : lines) {
      text.append(String.format(Locale.ROOT, row, l.name, l.nodes, l.savedTensors, l.savedBytes));
    }
  }
}
