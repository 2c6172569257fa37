package dev.adjoint.graph.trace;

import dev.adjoint.GradFn;
import dev.adjoint.GraphReport;
import dev.adjoint.GraphReport.Line;
import dev.adjoint.Tensor;
import dev.adjoint.graph.AccumulateGrad;
import dev.adjoint.graph.Node;
import dev.adjoint.memory.Fusion;
import dev.adjoint.memory.Storage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Sums up what a graph keeps.
public final class Reports {
  private static final String UNTRACED = "not traced";

  private static final class Sum {
    long nodes;
    long tensors;
    long bytes;

    void add(long newTensors, long newBytes) {
      nodes++;
      tensors += newTensors;
      bytes += newBytes;
    }
  }

  private final Map<String, Sum> operations = new HashMap<>();
  private final Map<String, Sum> sites = new HashMap<>();
  private final Set<Storage> counted = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Set<Storage> leaves = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Sum all = new Sum();
  private long leafBytes;
  private boolean traced;

  private Reports() {}

  /// See [dev.adjoint.Autograd#graphReport].
  public static GraphReport of(Tensor tensor) {
    Reports report = new Reports();
    for (Node node : report.nodes(tensor)) {
      report.add(node);
    }
    return new GraphReport(
        report.all.nodes,
        report.all.tensors,
        report.all.bytes,
        report.leafBytes,
        lines(report.operations),
        report.traced ? lines(report.sites) : List.of());
  }

  /// The nodes behind a tensor in the order in which they were recorded.
  private List<Node> nodes(Tensor tensor) {
    Set<GradFn> seen = new HashSet<>();
    ArrayDeque<Node> open = new ArrayDeque<>();
    List<Node> found = new ArrayList<>();
    if (tensor.gradFn() instanceof Node root && seen.add(root)) {
      open.push(root);
    }
    for (Node node = open.poll(); node != null; node = open.poll()) {
      found.add(node);
      for (GradFn.Edge edge : node.nextFunctions()) {
        if (edge.function() instanceof AccumulateGrad accumulator) {
          accumulator.elements().ifPresent(leaves::add);
        } else if (edge.function() instanceof Node before && seen.add(before)) {
          open.push(before);
        }
      }
    }
    found.sort(Comparator.comparingLong(Node::sequence));
    return found;
  }

  private void add(Node node) {
    long tensors = 0;
    long bytes = 0;
    for (Node.Kept kept : node.kept()) {
      tensors++;
      if (kept != null) {
        List<Storage> fresh = new ArrayList<>();
        Fusion.showKept(kept.storage(), counted, fresh::add);
        for (Storage s : fresh) {
          long size = s.elements() * s.type().bytes();
          bytes += size;
          leafBytes += kept.ofLeaf() || leaves.contains(s) ? size : 0;
        }
      }
    }
    all.add(tensors, bytes);
    operations.computeIfAbsent(node.name(), _ -> new Sum()).add(tensors, bytes);
    Trace trace = node.trace();
    traced |= trace != null;
    String site = trace == null ? UNTRACED : trace.toString();
    sites.computeIfAbsent(site, _ -> new Sum()).add(tensors, bytes);
  }

  private static List<Line> lines(Map<String, Sum> sums) {
    List<Line> lines = new ArrayList<>();
    sums.forEach((name, s) -> lines.add(new Line(name, s.nodes, s.tensors, s.bytes)));
    lines.sort(
        Comparator.comparingLong(Line::savedBytes)
            .thenComparingLong(Line::nodes)
            .reversed()
            .thenComparing(Line::name));
    return List.copyOf(lines);
  }
}
