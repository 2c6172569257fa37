package dev.adjoint.nn;

import dev.adjoint.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// A module made of parameters and other modules, each named where it is made:
/// `private final Linear first = child("first", new Linear(64, 32));`
public abstract class Block implements Module {
  private final SequencedMap<String, Tensor> own = new LinkedHashMap<>();
  private final SequencedMap<String, Tensor> buffers = new LinkedHashMap<>();
  private final SequencedMap<String, Module> children = new LinkedHashMap<>();
  private boolean training = true;

  protected Block() {}

  /// Makes a tensor a parameter of this: a leaf that requires a gradient.
  protected final Tensor parameter(String name, Tensor value) {
    requireNew(name);
    own.put(name, value.requiresGrad_());
    return value;
  }

  /// Makes a tensor part of the state of this, which no optimiser changes.
  protected final Tensor buffer(String name, Tensor value) {
    requireNew(name);
    buffers.put(name, value);
    return value;
  }

  /// Makes another module's parameters and buffers those of this.
  protected final <M extends Module> M child(String name, M module) {
    requireNew(name);
    children.put(name, module);
    return module;
  }

  private void requireNew(String name) {
    if (own.containsKey(name) || buffers.containsKey(name) || children.containsKey(name)) {
      throw new IllegalArgumentException("attribute '" + name + "' already exists");
    }
  }

  /// The modules this is made of, in the order they were named.
  public final SequencedMap<String, Module> children() {
    return Collections.unmodifiableSequencedMap(children);
  }

  @Override
  public final SequencedMap<String, Tensor> namedParameters() {
    SequencedMap<String, Tensor> all = new LinkedHashMap<>(own);
    children.forEach((child, module) ->
        module.namedParameters().forEach((name, t) -> all.put(child + "." + name, t)));
    return all;
  }

  @Override
  public final SequencedMap<String, Tensor> namedBuffers() {
    SequencedMap<String, Tensor> all = new LinkedHashMap<>(buffers);
    children.forEach((child, module) ->
        module.namedBuffers().forEach((name, t) -> all.put(child + "." + name, t)));
    return all;
  }

  @Override
  public final Module train(boolean on) {
    training = on;
    children.values().forEach(module -> module.train(on));
    return this;
  }

  /// Whether this is in training, as it is at first.
  public final boolean isTraining() {
    return training;
  }

  /// What PyTorch prints between the parentheses; empty for nothing.
  protected String describe() {
    return "";
  }

  @Override
  public String toString() {
    StringBuilder out =
        new StringBuilder(getClass().getSimpleName()).append('(').append(describe());
    children.forEach((name, module) -> {
      String lines = module.toString().replace("\n", "\n  ");
      out.append("\n  (").append(name).append("): ").append(lines);
    });
    return out.append(children.isEmpty() ? ")" : "\n)").toString();
  }
}
