package dev.adjoint.graph;

import static java.util.Objects.requireNonNull;

import dev.adjoint.Tensor;
import dev.adjoint.graph.mode.GradMode;
import dev.adjoint.graph.trace.AnomalyCheck;
import dev.adjoint.graph.trace.Tracing;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One walk from roots to leaves. A node runs when all gradients that can reach it have; among those
/// ready, the one recorded last runs first, and accumulators before all. Nothing recurses.
final class BackwardPass {

  private static final State[] NOWHERE = {};

  /// What the walk knows of a node: how many gradients are still to come, and their sums so far.
  private static final class State implements Comparable<State> {
    final Node node;
    final @Nullable EagerTensor[] sums;

    /// The states of the nodes before it, by edge; null where no gradient is asked for.
    @Nullable State[] next = NOWHERE;

    int awaited;
    boolean needed = true;

    /// Hooks of a single root run even if nothing that is asked for lies behind it, as in PyTorch.
    boolean root;

    /// Where the results of [Autograd#grad] come from: the indices of inputs by slot.
    @Nullable List<int[]> captures;

    State(Node node) {
      this.node = node;
      this.sums = new EagerTensor[node.outputs];
    }

    @Override
    public int compareTo(State other) {
      return Long.compare(other.node.sequence, node.sequence);
    }
  }

  private final Map<Node, State> states = new HashMap<>();
  private final PriorityQueue<State> ready = new PriorityQueue<>();
  private final boolean retainGraph;
  private final boolean accumulate;
  private final @Nullable AnomalyCheck anomalies = AnomalyCheck.active();
  private @Nullable EagerTensor[] captured = new EagerTensor[0];

  /// @param accumulate whether leaves collect into `.grad`; otherwise only captured inputs are reached
  BackwardPass(boolean retainGraph, boolean accumulate) {
    this.retainGraph = retainGraph;
    this.accumulate = accumulate;
  }

  /// Walks back, and returns the gradients of the inputs, null where nothing arrived.
  ///
  /// @param roots where the gradients start; the gradients stay the caller's
  @Nullable EagerTensor[] run(
      List<Node.Slot> roots, List<EagerTensor> gradients, List<Node.Slot> inputs) {
    captured = new EagerTensor[inputs.size()];
    try (HandleScope _ = HandleScope.open()) {
      discover(roots);
      if (!accumulate) {
        markNeeded(inputs);
      }
      for (int i = 0; i < roots.size(); i++) {
        State root = requireNonNull(states.get(roots.get(i).node()));
        root.root = roots.size() == 1;
        arrive(root, roots.get(i).slot(), owned(gradients.get(i).sibling()));
      }
      for (State state = ready.poll(); state != null; state = ready.poll()) {
        step(state);
      }
      if (anomalies != null) {
        anomalies.conclude();
      }
    }
    GraphGrowth.passed(Node.newest());
    return captured;
  }

  private void discover(List<Node.Slot> roots) {
    ArrayDeque<State> stack = new ArrayDeque<>();
    for (Node.Slot root : roots) {
      visit(requireNonNull(root.node()), stack);
    }
    for (State state = stack.poll(); state != null; state = stack.poll()) {
      Node.Slot[] slots = state.node.next;
      if (slots.length > 0) {
        state.next = new State[slots.length];
        for (int i = 0; i < slots.length; i++) {
          Node before = slots[i].node();
          state.next[i] = before == null ? null : visit(before, stack);
        }
      }
    }
  }

  /// Counts one more way to a node.
  private State visit(Node node, ArrayDeque<State> stack) {
    State state = states.get(node);
    if (state == null) {
      state = new State(node);
      states.put(node, state);
      stack.push(state);
    }
    state.awaited++;
    return state;
  }

  /// Nodes from which no requested input can be reached do not run.
  private void markNeeded(List<Node.Slot> inputs) {
    for (State s : states.values()) {
      s.needed = false;
    }
    for (int i = 0; i < inputs.size(); i++) {
      State s = states.get(inputs.get(i).node());
      if (s != null) {
        List<int[]> captures = s.captures == null ? new ArrayList<>() : s.captures;
        captures.add(new int[] {inputs.get(i).slot(), i});
        s.captures = captures;
      }
    }
    State[] deepestLast = states.values().toArray(State[]::new);
    Arrays.sort(deepestLast, Comparator.comparingInt(s -> s.node.depth));
    for (State state : deepestLast) {
      for (State before : state.next) {
        state.needed |= before != null && (before.needed || before.captures != null);
      }
    }
  }

  private void step(State state) {
    Node node = state.node;
    @Nullable EagerTensor[] gradients = state.sums;
    if (state.needed || state.captures != null || state.root) {
      runHooks(node, gradients);
    }
    if (state.captures != null) {
      for (int[] c : state.captures) {
        EagerTensor g = gradients[c[0]];
        captured[c[1]] = g == null ? null : owned(g.sibling());
      }
    }
    @Nullable EagerTensor[] results = Node.NO_GRADIENTS;
    if (state.needed) {
      results = Tracing.isOn() ? traced(node, gradients) : node.apply(gradients);
      if (!retainGraph) {
        node.release();
      }
    }
    // A node's own arguments go first, so that what it passed on is again unshared.
    close(gradients);
    distribute(state, results);
  }

  private @Nullable EagerTensor[] traced(Node node, @Nullable EagerTensor[] gradients) {
    Supplier<@Nullable EagerTensor[]> formula =
        () -> Tracing.within(node.name(), node.trace, () -> node.apply(gradients));
    return anomalies == null ? formula.get() : anomalies.formula(node, gradients, formula);
  }

  private void runHooks(Node node, @Nullable EagerTensor[] gradients) {
    NodeHooks hooks = node.hooks;
    if (hooks == null) {
      return;
    }
    for (int i = 0; i < gradients.length; i++) {
      EagerTensor g = gradients[i];
      if (g != null) {
        EagerTensor changed = hooks.run(i, g);
        if (changed != g) {
          gradients[i] = owned(changed.sibling());
          g.close();
        }
        hooks.capture(i, requireNonNull(gradients[i]));
      }
    }
  }

  private void distribute(State state, @Nullable EagerTensor[] results) {
    for (int i = 0; i < state.next.length; i++) {
      State target = state.next[i];
      if (target != null) {
        arrive(target, state.node.next[i].slot(), i < results.length ? results[i] : null);
      }
    }
  }

  /// One of the awaited gradients, or that there is none.
  private void arrive(State state, int slot, @Nullable EagerTensor g) {
    if (g != null) {
      add(state, slot, g);
    }
    if (--state.awaited == 0) {
      ready.add(state);
    }
  }

  /// Adds a gradient, whose handle this takes over, to what has arrived in a slot.
  private static void add(State state, int slot, EagerTensor g) {
    EagerTensor sum = state.sums[slot];
    if (sum == null) {
      state.sums[slot] = g;
      return;
    }
    if (!GradMode.isEnabled() && sum.isExclusive()) {
      InPlace.accumulate(sum, g);
    } else {
      state.sums[slot] = owned((EagerTensor) sum.add(g));
      sum.close();
    }
    g.close();
  }

  private static EagerTensor owned(Tensor t) {
    HandleScope.free((EagerTensor) t);
    return (EagerTensor) t;
  }

  /// Closes what a node was given, and lets the collector have it before the pass ends.
  private static void close(@Nullable EagerTensor[] tensors) {
    for (int i = 0; i < tensors.length; i++) {
      EagerTensor t = tensors[i];
      if (t != null) {
        tensors[i] = null;
        t.close();
      }
    }
  }
}
