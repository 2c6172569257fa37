package dev.adjoint.graph;

import static java.util.Objects.requireNonNull;

import dev.adjoint.Tensor;
import dev.adjoint.autograd.Context;
import dev.adjoint.autograd.Function;
import dev.adjoint.graph.mode.GradMode;
import dev.adjoint.graph.trace.AnomalyCheck;
import dev.adjoint.memory.Window;
import dev.adjoint.type.GraphException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One application of a function of the user's: runs its forward, finds what is wrong with what came back,
/// and only then gives results their history.
public final class FunctionCall implements Context {
  private static final EagerTensor[] NONE = {};

  private final Function function;
  private final Node.Slot[] slots;
  private final boolean[] needs;
  private final boolean recordsOutside;
  private final boolean recorded;
  private EagerTensor[] inputs;
  private final int[] versions;
  private @Nullable Tensor[] toSave = NONE;
  private final List<Tensor> dirty = new ArrayList<>();
  private final List<Tensor> constants = new ArrayList<>();
  private boolean materialize = true;
  private @Nullable Object attachment;
  private @Nullable FunctionSaves saves;

  private FunctionCall(Function function, EagerTensor[] inputs) {
    this.function = function;
    this.inputs = inputs;
    this.recordsOutside = GradMode.isEnabled();
    this.needs = new boolean[inputs.length];
    this.versions = new int[inputs.length];
    boolean any = false;
    for (int i = 0; i < inputs.length; i++) {
      needs[i] = inputs[i].requiresGrad();
      versions[i] = inputs[i].storage().version();
      any |= needs[i];
    }
    this.recorded = any && recordsOutside;
    // Before forward writes: what an input was made by, not what it will be.
    this.slots = recorded ? Node.slots(inputs) : new Node.Slot[0];
  }

  /// See [Function#applyAll].
  public static List<Tensor> run(Function function, Tensor... inputs) {
    FunctionCall call = new FunctionCall(function, Dispatch.eager(inputs));
    AnomalyCheck.@Nullable Call watched = AnomalyCheck.call(inputs);
    List<Tensor> results;
    try (Window _ = Window.open();
        HandleScope scope = HandleScope.open()) {
      Tensor[] given = inputs.clone();
      results = call.finish(GradMode.with(false, () -> function.forward(call, given)), scope);
    } finally {
      call.inputs = NONE;
      call.toSave = NONE;
    }
    if (watched != null) {
      watched.returned(function.name(), null, results.toArray(Tensor[]::new));
    }
    return results;
  }

  private List<Tensor> finish(List<Tensor> raw, HandleScope scope) {
    check(raw);
    FunctionNode made = recorded ? node(raw) : null;
    List<Tensor> results = new ArrayList<>();
    for (int i = 0; i < raw.size(); i++) {
      int before = raw.subList(0, i).indexOf(raw.get(i));
      results.add(
          before < 0 ? result((EagerTensor) raw.get(i), i, made, scope) : results.get(before));
    }
    if (made != null) {
      save(made, raw, results);
    }
    return Collections.unmodifiableList(results);
  }

  private void check(List<Tensor> raw) {
    if (raw.isEmpty()) {
      throw new GraphException(function.name() + " returned no result from forward.");
    }
    for (Tensor t : dirty) {
      FunctionNode.checkDirty(
          function.name(), (EagerTensor) t, raw, recorded, constants.contains(t));
    }
    for (int i = 0; recorded && i < inputs.length; i++) {
      if (needs[i] && inputs[i].storage().version() != versions[i] && !sharesDirty(inputs[i])) {
        throw new GraphException(
            function.name()
                + " overwrote input "
                + i
                + ", which requires a gradient, and did not say so. Call ctx.markDirty before the write,"
                + " or write to a clone().");
      }
    }
  }

  private boolean sharesDirty(EagerTensor input) {
    return dirty.stream().anyMatch(t -> ((EagerTensor) t).storage() == input.storage());
  }

  private FunctionNode node(List<Tensor> raw) {
    int first = dirty.isEmpty() ? 0 : Math.max(0, Arrays.asList(inputs).indexOf(dirty.getFirst()));
    return new FunctionNode(function, this, slots, inputs, first, raw);
  }

  private EagerTensor result(EagerTensor y, int i, @Nullable FunctionNode made, HandleScope scope) {
    boolean differentiable = differentiable(y);
    if (dirty.contains(y)) {
      if (made != null && differentiable && y.view != null) {
        Overwriting.rebase(y, made);
      } else if (made != null && differentiable) {
        y.setHistory(new Node.Slot(made, i));
      }
      return y;
    }
    boolean input = Arrays.asList(inputs).contains(y);
    boolean others = input || y.requiresGrad() || y.scope != scope;
    EagerTensor out = others ? EagerTensor.alias(y.storage(), y.layout(), false) : y;
    boolean view = differentiable && (input || y.view != null);
    out.view = view ? ViewInfo.ofFunction(y, function.name(), i) : null;
    scope.pass(out);
    if (made != null && differentiable) {
      out.setHistory(new Node.Slot(made, i));
    }
    return out;
  }

  private boolean differentiable(EagerTensor y) {
    return y.dtype().isFloating() && !constants.contains(y);
  }

  private void save(FunctionNode made, List<Tensor> raw, List<Tensor> results) {
    FunctionSaves all = new FunctionSaves(made);
    saves = all;
    try {
      for (Tensor t : toSave) {
        if (t == null) {
          all.addNull();
        } else {
          add(all, (EagerTensor) t, raw, results);
        }
      }
    } catch (Throwable e) {
      all.drop();
      results.stream().filter(t -> !dirty.contains(t)).forEach(Tensor::close);
      throw e;
    }
  }

  private void add(FunctionSaves all, EagerTensor t, List<Tensor> raw, List<Tensor> results) {
    int result = raw.indexOf(t);
    boolean input = Arrays.asList(inputs).contains(t) && !dirty.contains(t);
    if (input || result < 0) {
      all.addInput(t, !input && differentiable(t));
    } else if (differentiable(t)) {
      all.addResult((EagerTensor) results.get(result), result);
    } else {
      all.addInput((EagerTensor) results.get(result), false);
    }
  }

  boolean materializes() {
    return materialize;
  }

  /// What the recorded call saved.
  FunctionSaves saves() {
    return requireNonNull(saves);
  }

  @Override
  public void saveForBackward(@Nullable Tensor... tensors) {
    if (toSave.length > 0) {
      throw new GraphException(
          function.name() + " called saveForBackward twice. Save all tensors in one call.");
    }
    toSave = tensors.clone();
  }

  @Override
  public Tensor saved(int index) {
    Tensor t = unpack(index);
    if (t == null) {
      throw new GraphException(function.name() + " saved null at index " + index + ".");
    }
    return t;
  }

  @Override
  public List<@Nullable Tensor> savedTensors() {
    FunctionSaves kept = saves;
    if (kept != null) {
      kept.requireSaved();
    }
    List<@Nullable Tensor> all = new ArrayList<>();
    int count = kept == null ? toSave.length : kept.size();
    for (int i = 0; i < count; i++) {
      all.add(unpack(i));
    }
    return all;
  }

  private @Nullable Tensor unpack(int index) {
    FunctionSaves kept = saves;
    if (kept != null) {
      kept.requireSaved();
    }
    int count = kept == null ? toSave.length : kept.size();
    if (index < 0 || index >= count) {
      throw new GraphException(
          function.name()
              + " reads saved tensor "
              + index
              + " of "
              + count
              + ". See saveForBackward.");
    }
    return kept == null ? toSave[index] : kept.unpack(index);
  }

  @Override
  public boolean needsInputGrad(int index) {
    return needs[index];
  }

  @Override
  public void markDirty(Tensor... written) {
    for (Tensor t : written) {
      if (!Arrays.asList(inputs).contains(t)) {
        throw new GraphException(
            "ctx.mark_dirty() received a tensor that was not an input. Only input Tensors that have been"
                + " mutated should be passed to ctx.mark_dirty(). The function is "
                + function.name()
                + ".");
      }
      EagerTensor target = (EagerTensor) t;
      GradMode.with(
          recordsOutside,
          () -> {
            Overwriting.checkHistory(function.name(), target, inputs);
            return dirty.add(target);
          });
    }
  }

  @Override
  public void markNonDifferentiable(Tensor... tensors) {
    constants.addAll(List.of(tensors));
  }

  @Override
  public void setMaterializeGrads(boolean zeros) {
    materialize = zeros;
  }

  @Override
  public void attach(Object state) {
    if (state instanceof Tensor) {
      throw new GraphException(
          function.name()
              + " attached a tensor, whose versions and place in the graph nobody would check. Use"
              + " saveForBackward.");
    }
    attachment = state;
  }

  @Override
  public <T> T attachment(Class<T> type) {
    return type.cast(requireNonNull(attachment, "nothing was attached"));
  }
}
