package dev.adjoint.graph;

import static java.util.Objects.requireNonNull;

import dev.adjoint.GradOption;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.autograd.SavedTensor;
import dev.adjoint.graph.mode.GradMode;
import dev.adjoint.graph.saved.Saving;
import dev.adjoint.graph.trace.Freed;
import dev.adjoint.host.Generator;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// The node of a checkpointed call: holds the inputs alone, runs the call again when a gradient arrives, and
/// sends what comes out to the inputs and to whatever else the call used.
public final class CheckpointNode extends Node {
  private static final Slot[] NOWHERE = {};

  /// Takes a gradient in place of a node outside, whose hooks must not run before the outer walk gets there.
  private static final class Sink extends Node {
    Sink() {
      super(FIRST, NOWHERE, 1);
    }

    @Override
    public String name() {
      return "Sink";
    }

    @Override
    @Nullable EagerTensor[] apply(@Nullable EagerTensor[] gradients) {
      return NO_GRADIENTS;
    }
  }

  private final UnaryOperator<List<Tensor>> function;
  private final @Nullable SavedVariable[] saved;
  private final Generator.State random;
  private final CheckpointGraph recorded;

  private CheckpointNode(
      UnaryOperator<List<Tensor>> function,
      List<? extends Tensor> inputs,
      Generator.State random,
      CheckpointGraph recorded,
      int outputs) {
    super(nextSequence(), edges(inputs, recorded), outputs);
    this.function = function;
    this.random = random;
    this.recorded = recorded;
    this.saved = new SavedVariable[inputs.size()];
    try {
      for (int i = 0; i < saved.length; i++) {
        saved[i] = SavedVariable.input((EagerTensor) inputs.get(i));
      }
    } catch (Throwable e) {
      dropSaved();
      throw e;
    }
  }

  private static Slot[] edges(List<? extends Tensor> inputs, CheckpointGraph recorded) {
    List<Slot> edges = new ArrayList<>();
    for (Tensor t : inputs) {
      edges.add(((EagerTensor) t).gradientSlot());
    }
    edges.addAll(recorded.outside());
    return edges.toArray(Slot[]::new);
  }

  /// See [dev.adjoint.autograd.Checkpoint].
  public static List<Tensor> run(
      UnaryOperator<List<Tensor>> function, List<? extends Tensor> inputs) {
    if (!GradMode.isEnabled()) {
      return function.apply(List.copyOf(inputs));
    }
    Generator.State random = Generator.state();
    try (HandleScope scope = HandleScope.open()) {
      long start = nextSequence();
      List<Tensor> leaves = leaves(inputs);
      List<Tensor> raw = Saving.hidden(() -> function.apply(leaves));
      CheckpointGraph graph = CheckpointGraph.of(raw, leaves, start);
      boolean tracked = raw.stream().anyMatch(Tensor::requiresGrad);
      CheckpointNode node;
      try {
        node = tracked ? new CheckpointNode(function, inputs, random, graph, raw.size()) : null;
      } finally {
        graph.release();
      }
      List<Tensor> results = new ArrayList<>();
      for (int i = 0; i < raw.size(); i++) {
        results.add(result((EagerTensor) raw.get(i), node, i, scope));
      }
      return List.copyOf(results);
    }
  }

  private static EagerTensor result(
      EagerTensor y, @Nullable CheckpointNode node, int i, HandleScope scope) {
    if (node == null || !y.requiresGrad()) {
      scope.pass(y);
      return y;
    }
    EagerTensor out = EagerTensor.alias(y.storage(), y.layout(), false);
    out.view = y.view == null && !y.isLeaf() ? null : ViewInfo.ofFunction(y, "Checkpoint", i);
    out.setHistory(new Slot(node, i));
    scope.pass(out);
    return out;
  }

  private static List<Tensor> leaves(List<? extends Tensor> inputs) {
    return inputs.stream()
        .map(t -> t.requiresGrad() ? t.detach().requiresGrad_() : (Tensor) t)
        .toList();
  }

  @Override
  public String name() {
    return "CheckpointBackward";
  }

  @Override
  @Nullable EagerTensor[] apply(@Nullable EagerTensor[] gradients) {
    requireSaved();
    boolean create = GradMode.isEnabled();
    try (HandleScope _ = HandleScope.open()) {
      long start = nextSequence();
      List<Tensor> inputs = unpacked(create);
      List<Tensor> raw = again(inputs);
      CheckpointGraph graph = CheckpointGraph.of(raw, inputs, start);
      graph.requireSame(recorded, List.of(next));
      Map<Slot, Slot> sinks = new HashMap<>();
      for (int i = 0; i < next.length; i++) {
        Slot at = i < inputs.size() ? ((EagerTensor) inputs.get(i)).gradientSlot() : next[i];
        if (at.node() != null) {
          sinks.putIfAbsent(at, new Slot(new Sink(), 0));
        }
      }
      graph.redirect(sinks);
      try {
        return walk(raw, gradients, inputs, sinks, create);
      } finally {
        graph.restore();
        if (!create) {
          graph.release();
        }
      }
    }
  }

  private List<Tensor> unpacked(boolean create) {
    List<Tensor> inputs = new ArrayList<>();
    for (int i = 0; i < saved.length; i++) {
      Tensor t = requireNonNull(saved[i]).unpack(this, 0);
      boolean tracked = next[i].node() != null;
      inputs.add(tracked && !create ? t.detach().requiresGrad_() : t);
    }
    return List.copyOf(inputs);
  }

  private List<Tensor> again(List<Tensor> inputs) {
    Generator.State now = Generator.state();
    Generator.restore(random);
    try {
      return Saving.hidden(() -> GradMode.with(true, () -> function.apply(inputs)));
    } finally {
      Generator.restore(now);
    }
  }

  private @Nullable EagerTensor[] walk(
      List<Tensor> raw,
      @Nullable EagerTensor[] gradients,
      List<Tensor> inputs,
      Map<Slot, Slot> sinks,
      boolean create) {
    List<Tensor> roots = new ArrayList<>();
    List<Tensor> vectors = new ArrayList<>();
    for (int i = 0; i < gradients.length; i++) {
      EagerTensor g = gradients[i];
      if (g != null) {
        EagerTensor y = (EagerTensor) raw.get(i);
        EagerTensor root = EagerTensor.alias(y.storage(), y.layout(), false);
        root.setHistory(sinks.getOrDefault(y.gradientSlot(), y.gradientSlot()));
        roots.add(root);
        vectors.add(g);
      }
    }
    @Nullable EagerTensor[] out = new EagerTensor[next.length];
    if (roots.isEmpty()) {
      return out;
    }
    List<Slot> asked = List.copyOf(sinks.values());
    List<Tensor> targets = asked.stream().map(CheckpointNode::at).toList();
    GradOption keep = create ? GradOption.CREATE_GRAPH : GradOption.ALLOW_UNUSED;
    List<@Nullable Tensor> found =
        Gradients.grad(roots, targets, vectors, keep, GradOption.ALLOW_UNUSED);
    for (int i = 0; i < out.length; i++) {
      Slot at = i < inputs.size() ? ((EagerTensor) inputs.get(i)).gradientSlot() : next[i];
      Slot sink = sinks.remove(at);
      // Once for each place, though it may be an input twice.
      EagerTensor g = sink == null ? null : (EagerTensor) found.get(asked.indexOf(sink));
      if (g != null) {
        HandleScope.free(g);
      }
      out[i] = g;
    }
    return out;
  }

  /// Something to ask a gradient of that arrives in a slot.
  private static Tensor at(Slot slot) {
    EagerTensor t = (EagerTensor) Tensors.zeros(Tensors.shape());
    t.setHistory(slot);
    return t;
  }

  @Override
  @Nullable SavedVariable[] saved() {
    return freed == null ? saved : super.saved();
  }

  @Override
  public SequencedMap<String, SavedTensor> savedTensors() {
    requireSaved();
    SequencedMap<String, SavedTensor> shown = new LinkedHashMap<>();
    for (int i = 0; i < saved.length; i++) {
      shown.put("input" + i, requireNonNull(saved[i]).shown(this, 0));
    }
    return Collections.unmodifiableSequencedMap(shown);
  }

  @Override
  void release(Freed by) {
    dropSaved();
    freed = by;
  }

  private void dropSaved() {
    for (int i = 0; i < saved.length; i++) {
      SavedVariable s = saved[i];
      saved[i] = null;
      if (s != null) {
        s.release();
      }
    }
  }
}
