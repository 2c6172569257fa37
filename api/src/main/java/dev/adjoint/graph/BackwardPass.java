package dev.adjoint.graph;

import static java.util.Objects.requireNonNull;

import dev.adjoint.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/// One walk from roots to leaves. A node runs when all gradients that can reach it have; among those
/// ready, the one recorded last runs first, and accumulators before all. Nothing recurses.
final class BackwardPass {

  /// What the walk knows of a node: how many gradients are still to come, and their sums so far.
  private static final class State {
    int awaited;
    boolean needed = true;
    @Nullable EagerTensor[] sums;

    /// Where the results of [Autograd#grad] come from: the indices of inputs by slot.
    @Nullable List<int[]> captures;

    State(Node node) {
      sums = new EagerTensor[node.outputs];
    }
  }

  private final Map<Node, State> states = new HashMap<>();
  private final PriorityQueue<Node> ready =
      new PriorityQueue<>(Comparator.comparingLong((Node n) -> n.sequence).reversed());
  private final boolean retainGraph;
  private final boolean accumulate;
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
        Node node = requireNonNull(roots.get(i).node());
        EagerTensor g = gradients.get(i).sibling();
        HandleScope.free(g);
        add(requireNonNull(states.get(node)), roots.get(i).slot(), g);
      }
      for (Node node : states.keySet()) {
        if (requireNonNull(states.get(node)).awaited == 0) {
          ready.add(node);
        }
      }
      for (Node node = ready.poll(); node != null; node = ready.poll()) {
        step(node, requireNonNull(states.remove(node)));
      }
    }
    return captured;
  }

  private void discover(List<Node.Slot> roots) {
    ArrayDeque<Node> stack = new ArrayDeque<>();
    for (Node.Slot root : roots) {
      visit(requireNonNull(root.node()), stack);
    }
    for (Node node = stack.poll(); node != null; node = stack.poll()) {
      for (Node.Slot slot : node.next) {
        if (slot.node() != null) {
          visit(slot.node(), stack).awaited++;
        }
      }
    }
  }

  private State visit(Node node, ArrayDeque<Node> stack) {
    State state = states.get(node);
    if (state == null) {
      state = new State(node);
      states.put(node, state);
      stack.push(node);
    }
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
    Node[] deepestLast = states.keySet().toArray(Node[]::new);
    Arrays.sort(deepestLast, Comparator.comparingInt(n -> n.depth));
    for (Node node : deepestLast) {
      State state = requireNonNull(states.get(node));
      for (Node.Slot slot : node.next) {
        State before = slot.node() == null ? null : states.get(slot.node());
        state.needed |= before != null && (before.needed || before.captures != null);
      }
    }
  }

  private void step(Node node, State state) {
    @Nullable EagerTensor[] gradients = state.sums;
    if (!state.needed && state.captures == null) {
      close(gradients);
      skip(node);
      return;
    }
    runHooks(node, gradients);
    if (state.captures != null) {
      for (int[] c : state.captures) {
        EagerTensor g = gradients[c[0]];
        captured[c[1]] = g == null ? null : owned(g.sibling());
      }
    }
    if (!state.needed) {
      close(gradients);
      skip(node);
      return;
    }
    @Nullable EagerTensor[] results = node.apply(gradients);
    if (!retainGraph) {
      node.release();
    }
    // A node's own arguments go first, so that what it passed on is again unshared.
    close(gradients);
    distribute(node, results);
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

  private void distribute(Node node, @Nullable EagerTensor[] results) {
    for (int i = 0; i < node.next.length; i++) {
      Node target = node.next[i].node();
      EagerTensor g = i < results.length ? results[i] : null;
      if (target == null) {
        continue;
      }
      State state = requireNonNull(states.get(target));
      if (g != null) {
        add(state, node.next[i].slot(), g);
      }
      if (--state.awaited == 0) {
        ready.add(target);
      }
    }
  }

  private void skip(Node node) {
    for (Node.Slot slot : node.next) {
      if (slot.node() != null && --requireNonNull(states.get(slot.node())).awaited == 0) {
        ready.add(slot.node());
      }
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

  private static void close(@Nullable EagerTensor[] tensors) {
    for (EagerTensor t : tensors) {
      if (t != null) {
        t.close();
      }
    }
  }
}
