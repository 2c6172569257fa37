package dev.adjoint.graph;

import static java.util.Objects.requireNonNull;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The nodes that a pass will come to, found before the first runs. Nothing recurses.
final class Route {
  private static final Stop[] NOWHERE = {};

  /// What a pass knows of a node: how many gradients are still to come, and their sums so far.
  static final class Stop implements Comparable<Stop> {
    final Node node;
    final @Nullable EagerTensor[] sums;

    /// The stops of the nodes before it, by edge; null where no gradient is asked for.
    @Nullable Stop[] next = NOWHERE;

    int awaited;
    boolean needed = true;

    /// Which inputs' gradients are asked for; null for all of them.
    @Nullable BitSet wanted;

    /// Hooks of a single root run even if nothing that is asked for lies behind it, as in PyTorch.
    boolean root;

    /// Where the results of [dev.adjoint.Autograd#grad] come from: the indices of inputs by slot.
    @Nullable List<int[]> captures;

    Stop(Node node) {
      this.node = node;
      this.sums = new EagerTensor[node.outputs];
    }

    boolean runsHooks() {
      return needed || captures != null || root;
    }

    @Override
    public int compareTo(Stop other) {
      return Long.compare(other.node.sequence, node.sequence);
    }
  }

  private final Map<Node, Stop> stops = new HashMap<>();

  /// Finds all nodes behind the roots and counts the ways to each.
  Route(List<Node.Slot> roots) {
    ArrayDeque<Stop> stack = new ArrayDeque<>();
    for (Node.Slot root : roots) {
      visit(root.made(), stack).root = roots.size() == 1;
    }
    for (Stop stop = stack.poll(); stop != null; stop = stack.poll()) {
      Node.Slot[] slots = stop.node.next;
      if (slots.length > 0) {
        stop.next = new Stop[slots.length];
        for (int i = 0; i < slots.length; i++) {
          Node before = slots[i].node();
          stop.next[i] = before == null ? null : visit(before, stack);
        }
      }
    }
  }

  private Stop visit(Node node, ArrayDeque<Stop> stack) {
    Stop stop = stops.get(node);
    if (stop == null) {
      stop = new Stop(node);
      stops.put(node, stop);
      stack.push(stop);
    }
    stop.awaited++;
    return stop;
  }

  Stop at(Node.Slot slot) {
    return requireNonNull(stops.get(slot.node()));
  }

  boolean runsHooks(Node node) {
    Stop stop = stops.get(node);
    return stop != null && stop.runsHooks();
  }

  /// Leaves out the nodes from which no input can be reached.
  ///
  /// @param run whether the inputs' own nodes run, which then collect, or else their gradients are captured
  void restrict(List<Node.Slot> inputs, boolean run) {
    for (Stop s : stops.values()) {
      s.needed = false;
    }
    for (int i = 0; i < inputs.size(); i++) {
      Stop s = stops.get(inputs.get(i).node());
      if (s != null && run) {
        s.needed = true;
      } else if (s != null) {
        List<int[]> captures = s.captures == null ? new ArrayList<>() : s.captures;
        captures.add(new int[] {inputs.get(i).slot(), i});
        s.captures = captures;
      }
    }
    Stop[] deepestLast = stops.values().toArray(Stop[]::new);
    Arrays.sort(deepestLast, Comparator.comparingInt(s -> s.node.depth));
    for (Stop stop : deepestLast) {
      restrict(stop);
    }
  }

  private static void restrict(Stop stop) {
    BitSet wanted = new BitSet();
    int known = 0;
    for (int i = 0; i < stop.next.length; i++) {
      Stop before = stop.next[i];
      known += before == null ? 0 : 1;
      wanted.set(i, before != null && (before.needed || before.captures != null));
    }
    stop.needed |= !wanted.isEmpty();
    stop.wanted = wanted.cardinality() == known ? null : wanted;
  }

  /// Closes the gradients that are on their way in a pass that failed.
  void drop() {
    for (Stop s : stops.values()) {
      close(s.sums);
    }
  }

  /// Closes what a node was given, and lets the collector have it before the pass ends.
  static void close(@Nullable EagerTensor[] tensors) {
    for (int i = 0; i < tensors.length; i++) {
      EagerTensor t = tensors[i];
      if (t != null) {
        tensors[i] = null;
        t.close();
      }
    }
  }
}
