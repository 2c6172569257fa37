package dev.adjoint.graph;

import dev.adjoint.Tensor;
import dev.adjoint.graph.Route.Stop;
import dev.adjoint.graph.hook.NodeHooks;
import dev.adjoint.graph.hook.Passing;
import dev.adjoint.graph.mode.GradMode;
import dev.adjoint.graph.trace.AnomalyCheck;
import dev.adjoint.graph.trace.Freed;
import dev.adjoint.graph.trace.GraphGrowth;
import dev.adjoint.graph.trace.Tracing;
import dev.adjoint.memory.Window;
import dev.adjoint.memory.history.AllocationHistory;
import dev.adjoint.type.GraphException;
import dev.adjoint.type.Shape;
import dev.adjoint.type.ShapeException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One walk from roots to leaves. A node runs when all gradients that can reach it have; among those
/// ready, the one recorded last runs first, and accumulators before all. Leaves collect at the end, so a
/// pass that fails changes no `.grad`.
final class BackwardPass implements Passing {
  private final Route route;
  private final List<Node.Slot> roots;
  private final boolean retainGraph;
  private final PriorityQueue<Stop> ready = new PriorityQueue<>();
  private final StagedGradients staged = new StagedGradients();
  private final @Nullable AnomalyCheck anomalies = AnomalyCheck.active();
  private @Nullable EagerTensor[] captured = new EagerTensor[0];
  private @Nullable Map<Object, Object> remembered;
  private @Nullable Node running;
  private final Freed freed;

  BackwardPass(List<Node.Slot> roots, boolean retainGraph) {
    this.roots = roots;
    this.route = new Route(roots);
    this.retainGraph = retainGraph;
    this.freed = Freed.byBackward(roots.isEmpty() ? null : roots.getFirst().node());
  }

  /// Has all leaves collect into `.grad`, or of all those that are asked for.
  ///
  /// @param inputs null for all
  void accumulate(List<EagerTensor> gradients, @Nullable List<Node.Slot> inputs) {
    if (inputs != null) {
      route.restrict(inputs, true);
    }
    run(gradients);
  }

  /// The gradients of inputs, null where nothing arrived; no leaf collects.
  @Nullable EagerTensor[] capture(List<EagerTensor> gradients, List<Node.Slot> inputs) {
    captured = new EagerTensor[inputs.size()];
    route.restrict(inputs, false);
    run(gradients);
    return captured;
  }

  private void run(List<EagerTensor> gradients) {
    try (Window.Pass pass = Window.openWalk();
        HandleScope _ = HandleScope.open()) {
      for (int i = 0; i < gradients.size(); i++) {
        arrive(route.at(roots.get(i)), roots.get(i).slot(), owned(gradients.get(i).sibling()));
      }
      for (Stop stop = ready.poll(); stop != null; stop = ready.poll()) {
        step(stop);
      }
      running = null;
      if (anomalies != null) {
        anomalies.conclude();
      }
      // Before anybody's .grad changes: if there is no room for the gradients, none does.
      pass.compute();
      staged.commit();
    } catch (RuntimeException | Error e) {
      fail(e);
      throw e;
    }
    GraphGrowth.passed(Node.newest());
  }

  /// Gives back what is on its way, and tells what has been done.
  private void fail(Throwable e) {
    staged.drop();
    route.drop();
    Route.close(captured);
    Node at = running;
    String where =
        at == null ? "its last step" : at.name() + (at.trace == null ? "" : " (" + at.trace + ")");
    for (Throwable known : e.getSuppressed()) {
      // An exception that is thrown again and again must not grow.
      if (known instanceof GraphException) {
        return;
      }
    }
    e.addSuppressed(staged.failed(where, retainGraph));
  }

  private void step(Stop stop) {
    Node node = stop.node;
    running = node;
    NodeHooks hooks = node.hooks;
    @Nullable EagerTensor[] gradients = stop.sums;
    if (hooks != null && stop.runsHooks()) {
      hooks.runOnGradients(this, gradients);
    }
    if (stop.captures != null) {
      for (int[] c : stop.captures) {
        EagerTensor g = gradients[c[0]];
        captured[c[1]] = g == null ? null : owned(g.sibling());
      }
    }
    @Nullable EagerTensor[] results = Node.NO_GRADIENTS;
    if (stop.needed) {
      results = hooks == null ? formula(stop) : hooked(stop, hooks);
      if (!retainGraph) {
        node.release(freed);
      }
    }
    // A node's own arguments go first, so that what it passed on is again unshared.
    Route.close(gradients);
    distribute(stop, results);
  }

  private @Nullable EagerTensor[] hooked(Stop stop, NodeHooks hooks) {
    hooks.runBefore(stop.sums);
    @Nullable EagerTensor[] results = formula(stop);
    try {
      hooks.runAfter(results, stop.sums);
    } catch (RuntimeException | Error e) {
      Route.close(results);
      throw e;
    }
    return results;
  }

  private @Nullable EagerTensor[] formula(Stop stop) {
    Node node = stop.node;
    if (node instanceof AccumulateGrad accumulator) {
      collect(accumulator, stop.sums);
      return Node.NO_GRADIENTS;
    }
    if (!Tracing.isOn()) {
      return apply(stop);
    }
    Supplier<@Nullable EagerTensor[]> formula =
        () -> Tracing.within(node.name(), node.trace, () -> apply(stop));
    return anomalies == null ? formula.get() : anomalies.formula(node, stop.sums, formula);
  }

  private static @Nullable EagerTensor[] apply(Stop stop) {
    return AllocationHistory.isOn()
        ? AllocationHistory.within(stop.node.name(), () -> derive(stop))
        : derive(stop);
  }

  private static @Nullable EagerTensor[] derive(Stop stop) {
    BitSet wanted = stop.wanted;
    return wanted == null ? stop.node.apply(stop.sums) : stop.node.applyFor(wanted, stop.sums);
  }

  /// Leaves wait for the end of the pass, but for those that a hook watches.
  private void collect(AccumulateGrad accumulator, @Nullable EagerTensor[] gradients) {
    EagerTensor g = gradients[0];
    if (g == null || !accumulator.collects()) {
      return;
    }
    NodeHooks hooks = accumulator.hooks;
    if (hooks == null || !hooks.watchesLeaf()) {
      staged.add(accumulator.leaf, g, true);
      return;
    }
    Window.outsideWalks(() -> accumulator.apply(gradients));
    staged.changed(accumulator.leaf);
    hooks.runAccumulated(accumulator.leaf);
  }

  private void distribute(Stop stop, @Nullable EagerTensor[] results) {
    for (int i = 0; i < stop.next.length; i++) {
      Stop target = stop.next[i];
      if (target != null) {
        arrive(target, stop.node.next[i].slot(), i < results.length ? results[i] : null);
      }
    }
  }

  /// One of the awaited gradients, or that there is none.
  private void arrive(Stop stop, int slot, @Nullable EagerTensor g) {
    if (g != null) {
      add(stop, slot, g);
    }
    if (--stop.awaited == 0) {
      ready.add(stop);
    }
  }

  /// Adds a gradient, whose handle this takes over, to what has arrived in a slot.
  private static void add(Stop stop, int slot, EagerTensor g) {
    EagerTensor sum = stop.sums[slot];
    if (sum == null) {
      stop.sums[slot] = g;
      return;
    }
    if (!GradMode.isEnabled() && sum.isExclusive() && !Window.keeps(sum.storage())) {
      InPlace.accumulate(sum, g);
      // As if a new tensor had taken its place, which happens where pending values read the sum.
      sum.storage().restartVersions();
    } else {
      try (Window _ = Window.open()) {
        stop.sums[slot] = owned((EagerTensor) sum.add(g));
      }
      sum.close();
    }
    g.close();
  }

  private static EagerTensor owned(Tensor t) {
    HandleScope.free((EagerTensor) t);
    return (EagerTensor) t;
  }

  @Override
  public boolean reaches(Node node) {
    return route.runsHooks(node);
  }

  @Override
  public void retain(EagerTensor tensor, EagerTensor gradient) {
    staged.add(tensor, gradient, false);
  }

  @Override
  public <T> T remembered(Object hook, Class<T> type, Supplier<T> first) {
    Map<Object, Object> all = remembered == null ? new IdentityHashMap<>() : remembered;
    remembered = all;
    return type.cast(all.computeIfAbsent(hook, _ -> first.get()));
  }

  /// Sums the dimensions along which a shape was stretched to the tensor's.
  ///
  /// @throws ShapeException when the shape does not stretch to the tensor's
  static Tensor sumTo(Tensor t, Shape target, String node) {
    Shape from = t.shape();
    if (from.equals(target)) {
      return t;
    }
    int added = from.rank() - target.rank();
    int[] dims = new int[from.rank()];
    int n = 0;
    for (int d = 0; d < from.rank(); d++) {
      long size = d < added ? 1 : target.size(d - added);
      if (size != from.size(d) && size != 1 || added < 0) {
        throw new ShapeException(
            "Function "
                + node
                + " returned an invalid gradient at index 0 - got "
                + from
                + " but expected shape compatible with "
                + target);
      }
      if (d < added || size != from.size(d)) {
        dims[n++] = d;
      }
    }
    return t.sum(Arrays.copyOf(dims, n), true).reshape(target.toArray());
  }
}
