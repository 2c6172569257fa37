package dev.adjoint.graph;

import dev.adjoint.Tensor;
import dev.adjoint.graph.trace.Freed;
import dev.adjoint.type.GraphException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What one run of a checkpointed call recorded: its own nodes, and the places outside that they lead to.
final class CheckpointGraph {

  /// An edge that leads elsewhere for a while.
  private record Edge(Node node, int index, Node.Slot before) {}

  private final List<Node> nodes;
  private final List<String> names;
  private final List<Node.Slot> outside;
  private final List<String> results;
  private final List<Edge> redirected = new ArrayList<>();

  private CheckpointGraph(List<Node> nodes, List<Node.Slot> outside, List<String> results) {
    this.nodes = nodes;
    this.names = nodes.stream().map(Node::name).toList();
    this.outside = outside;
    this.results = results;
  }

  /// Follows the results back to nodes that are older than the call.
  ///
  /// @param leaves the call's own inputs, which are not outside
  /// @param start the number from which nodes are the call's
  static CheckpointGraph of(List<Tensor> results, List<Tensor> leaves, long start) {
    Set<Node.Slot> inputs = new HashSet<>();
    leaves.forEach(t -> inputs.add(((EagerTensor) t).gradientSlot()));
    Set<Node> seen = new HashSet<>();
    Set<Node.Slot> outside = new LinkedHashSet<>();
    ArrayDeque<Node.Slot> open = new ArrayDeque<>();
    List<String> shown = new ArrayList<>();
    for (Tensor y : results) {
      open.add(((EagerTensor) y).gradientSlot());
      shown.add(y.dtype() + " " + y.shape() + " on " + y.device());
    }
    for (Node.Slot slot = open.poll(); slot != null; slot = open.poll()) {
      Node node = slot.node();
      if (node == null) {
        continue;
      }
      if (node.sequence < start || node.sequence == Node.FIRST) {
        if (!inputs.contains(slot)) {
          outside.add(slot);
        }
      } else if (seen.add(node)) {
        open.addAll(List.of(node.next));
      }
    }
    List<Node> nodes = new ArrayList<>(seen);
    nodes.sort(Comparator.comparingLong(n -> n.sequence));
    return new CheckpointGraph(nodes, List.copyOf(outside), shown);
  }

  List<Node.Slot> outside() {
    return outside;
  }

  /// Gives back what the nodes saved, and forgets them.
  void release() {
    nodes.forEach(n -> n.release(Freed.BY_CHECKPOINT));
    nodes.clear();
  }

  /// Finds what this run did otherwise than the one before.
  ///
  /// @param known places outside that gradients can be sent to
  void requireSame(CheckpointGraph before, List<Node.Slot> known) {
    if (!names.equals(before.names)) {
      int at = 0;
      while (at < Math.min(names.size(), before.names.size())
          && names.get(at).equals(before.names.get(at))) {
        at++;
      }
      throw new GraphException(
          "torch.utils.checkpoint: A different number of tensors was saved during the original forward and"
              + " recomputation.\nNumber of operations recorded during forward: "
              + before.names.size()
              + "\nNumber of operations recorded during recomputation: "
              + names.size()
              + ".\nThe first that differs has number "
              + at
              + ": it was "
              + name(before.names, at)
              + ", then "
              + name(names, at)
              + ". A checkpointed function must do the same each time.");
    }
    if (!results.equals(before.results) || !known.containsAll(outside)) {
      throw new GraphException(
          "torch.utils.checkpoint: Recomputed values for the following tensors have different metadata than"
              + " during the forward pass.\nResults during forward: "
              + before.results
              + "\nResults during recomputation: "
              + results
              + (known.containsAll(outside)
                  ? "."
                  : ".\nThe recomputation used another tensor that requires a gradient.")
              + " A checkpointed function must do the same each time.");
    }
  }

  private static String name(List<String> names, int at) {
    return at < names.size() ? names.get(at) : "nothing";
  }

  /// Leads edges elsewhere, until [#restore].
  void redirect(Map<Node.Slot, Node.Slot> elsewhere) {
    for (Node node : nodes) {
      for (int i = 0; i < node.next.length; i++) {
        Node.Slot to = elsewhere.get(node.next[i]);
        if (to != null) {
          redirected.add(new Edge(node, i, node.next[i]));
          node.next[i] = to;
        }
      }
    }
  }

  void restore() {
    redirected.forEach(e -> e.node.next[e.index] = e.before);
    redirected.clear();
  }
}
