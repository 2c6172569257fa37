package dev.adjoint.graph;

import dev.adjoint.Tensor;
import dev.adjoint.autograd.SavedTensor;
import dev.adjoint.graph.mode.GradMode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// What one call of a function of the user's saved, by position.
final class FunctionSaves {

  /// A saved tensor, which result it was, and whether its derivative is unknown.
  private record Kept(SavedVariable tensor, int result, boolean detached) {}

  private final FunctionNode node;
  private List<@Nullable Kept> saved = new ArrayList<>();

  FunctionSaves(FunctionNode node) {
    this.node = node;
  }

  void addNull() {
    saved.add(null);
  }

  /// Saves an input, or a constant, or with `detached` a tensor whose derivative is unknown.
  void addInput(EagerTensor t, boolean detached) {
    saved.add(new Kept(SavedVariable.input(t), 0, detached));
  }

  void addResult(EagerTensor t, int index) {
    saved.add(new Kept(SavedVariable.output(t), index, false));
  }

  int size() {
    return saved.size();
  }

  void requireSaved() {
    node.requireSaved();
  }

  @Nullable Tensor unpack(int index) {
    Kept k = saved.get(index);
    if (k == null) {
      return null;
    }
    EagerTensor t = k.tensor.unpack(node, k.result);
    if (k.detached && GradMode.isEnabled()) {
      t.setHistory(new Node.Slot(node.intermediate(index), 0));
    }
    return t;
  }

  SequencedMap<String, SavedTensor> shown() {
    node.requireSaved();
    SequencedMap<String, SavedTensor> shown = new LinkedHashMap<>();
    for (int i = 0; i < saved.size(); i++) {
      Kept k = saved.get(i);
      if (k != null) {
        shown.put(Integer.toString(i), k.tensor.shown(node, k.result));
      }
    }
    return Collections.unmodifiableSequencedMap(shown);
  }

  @Nullable SavedVariable[] all() {
    return saved.stream().map(k -> k == null ? null : k.tensor).toArray(SavedVariable[]::new);
  }

  /// Forgets everything, and says whether there was anything.
  boolean drop() {
    boolean any = false;
    for (Kept k : saved) {
      if (k != null) {
        k.tensor.release();
        any = true;
      }
    }
    saved = List.of();
    return any;
  }
}
