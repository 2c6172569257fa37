package dev.adjoint.graph;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.autograd.Function;
import dev.adjoint.autograd.SavedTensor;
import dev.adjoint.graph.mode.GradMode;
import dev.adjoint.graph.trace.Freed;
import dev.adjoint.memory.Window;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import dev.adjoint.type.DeviceException;
import dev.adjoint.type.GraphException;
import dev.adjoint.type.Shape;
import dev.adjoint.type.ShapeException;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// The node of a function of the user's: runs its backward and holds what it returns to the inputs.
final class FunctionNode extends Node {

  /// What a gradient must look like.
  private record Meta(Shape shape, DType type, Device device) {
    static Meta of(Tensor t) {
      return new Meta(t.shape(), t.dtype(), t.device());
    }
  }

  /// The node of a value whose derivative is unknown: a backward that needs it fails, instead of missing a
  /// term.
  static final class NotDifferentiable extends Node {
    private final String reason;

    /// @param reached what the value depends on, so that a walk to any of it comes here
    NotDifferentiable(String reason, Slot[] reached, int outputs) {
      super(nextSequence(), reached, outputs);
      this.reason = reason;
    }

    @Override
    public String name() {
      return "Error";
    }

    @Override
    @Nullable EagerTensor[] apply(@Nullable EagerTensor[] gradients) {
      throw new GraphException(reason);
    }
  }

  private final Function function;
  private final FunctionCall call;
  private final Meta[] inputs;
  private final Meta[] results;
  private final int first;

  /// @param first the input that stands first among [#next], where [CopySlices] expects what was written
  FunctionNode(
      Function function,
      FunctionCall call,
      Slot[] slots,
      EagerTensor[] inputs,
      int first,
      List<Tensor> results) {
    super(nextSequence(), swapped(slots, first), results.size());
    this.function = function;
    this.call = call;
    this.first = first;
    this.inputs = new Meta[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      this.inputs[i] = Meta.of(inputs[i]);
    }
    this.results = results.stream().map(Meta::of).toArray(Meta[]::new);
  }

  private static Slot[] swapped(Slot[] slots, int first) {
    Slot[] out = slots.clone();
    out[0] = slots[first];
    out[first] = slots[0];
    return out;
  }

  /// Where an input stands among [#next].
  private int place(int input) {
    return input == first ? 0 : input == 0 ? first : input;
  }

  @Override
  public String name() {
    return function.name() + "Backward";
  }

  @Override
  @Nullable EagerTensor[] apply(@Nullable EagerTensor[] gradients) {
    return Window.outsideWalks(() -> differentiate(gradients));
  }

  private @Nullable EagerTensor[] differentiate(@Nullable EagerTensor[] gradients) {
    requireSaved();
    boolean recording = GradMode.isEnabled();
    boolean differentiable = recording && !function.isOnceDifferentiable();
    try (Window _ = Window.open();
        HandleScope scope = HandleScope.open()) {
      Tensor[] given = given(gradients);
      List<? extends @Nullable Tensor> raw =
          GradMode.with(differentiable, () -> function.backward(call, given));
      checkCount(raw);
      NotDifferentiable end = recording && !differentiable ? end(gradients) : null;
      @Nullable EagerTensor[] out = new EagerTensor[inputs.length];
      for (int i = 0; i < out.length; i++) {
        Tensor t = raw.get(i);
        out[place(i)] = t == null || !call.needsInputGrad(i) ? null : finish(t, i, end, scope);
      }
      return out;
    }
  }

  @SuppressWarnings("NullAway") // null reaches only who turned zeros off
  private Tensor[] given(@Nullable EagerTensor[] gradients) {
    Tensor[] given = new Tensor[gradients.length];
    for (int i = 0; i < given.length; i++) {
      EagerTensor g = gradients[i];
      if (g != null) {
        given[i] = g.sibling();
      } else if (call.materializes()) {
        given[i] = Tensors.zeros(results[i].shape, results[i].type, results[i].device);
      }
    }
    return given;
  }

  private void checkCount(List<? extends @Nullable Tensor> raw) {
    int count = raw.size();
    while (count > inputs.length && raw.get(count - 1) == null) {
      count--;
    }
    if (count != inputs.length) {
      throw new GraphException(
          "function "
              + name()
              + " returned an incorrect number of gradients (expected "
              + inputs.length
              + ", got "
              + count
              + ")");
    }
  }

  /// Finds what is wrong with an input that forward overwrote.
  static void checkDirty(
      String function, EagerTensor input, List<Tensor> raw, boolean recorded, boolean constant) {
    if (!raw.contains(input)) {
      throw new GraphException(
          "Some elements marked as dirty during the forward method were not returned as output. The inputs"
              + " that are modified inplace must all be outputs of the Function. It is "
              + function
              + ".");
    }
    if (recorded && input.view != null && raw.size() > 1) {
      throw new GraphException(
          "If your Function modifies inplace an input that is a view of another Tensor, your Function"
              + " cannot return more than one Tensor. Write to a clone(), or make two functions of "
              + function
              + ".");
    }
    if (recorded && constant && input.requiresGrad()) {
      throw new GraphException(
          function
              + " marked one tensor both dirty and non-differentiable. Detach the input instead.");
    }
  }

  /// The history of a saved tensor that is neither an input nor a result.
  NotDifferentiable intermediate(int index) {
    return new NotDifferentiable(
        function.name()
            + " cannot be differentiated twice: its saved tensor "
            + index
            + " is neither an input nor a result, so its own derivative is unknown. Return it from forward"
            + " as a further result, or compute it again in backward; if it is a constant, mark it with"
            + " ctx.markNonDifferentiable.",
        next,
        1);
  }

  private NotDifferentiable end(@Nullable EagerTensor[] gradients) {
    Slot[] reached = new Slot[next.length + gradients.length];
    System.arraycopy(next, 0, reached, 0, next.length);
    for (int i = 0; i < gradients.length; i++) {
      EagerTensor g = gradients[i];
      reached[next.length + i] = g == null ? Slot.NONE : g.gradientSlot();
    }
    return new NotDifferentiable(
        "trying to differentiate twice a function that was marked with @once_differentiable. It is "
            + function.name()
            + ", whose isOnceDifferentiable() is true.",
        reached,
        inputs.length);
  }

  /// Sums to the input's shape, converts to its type, and makes a handle that the scope won't close.
  private EagerTensor finish(Tensor t, int i, @Nullable NotDifferentiable end, HandleScope scope) {
    Meta want = inputs[i];
    if (!stretches(want.shape, t.shape())) {
      throw new ShapeException(
          invalid(i) + "got " + t.shape() + " but expected shape compatible with " + want.shape);
    }
    if (!t.device().equals(want.device) && t.dim() > 0) {
      throw new DeviceException(
          invalid(i) + "expected device " + want.device + " but got " + t.device());
    }
    Tensor there = t.to(want.device);
    EagerTensor r = (EagerTensor) BackwardPass.sumTo(there, want.shape, name()).to(want.type);
    if (end != null) {
      r = EagerTensor.alias(r.storage(), r.layout(), false);
      r.setHistory(new Slot(end, i));
    } else if (r.scope != scope) {
      r = r.sibling();
    }
    HandleScope.free(r);
    return r;
  }

  private String invalid(int i) {
    return "Function " + name() + " returned an invalid gradient at index " + i + " - ";
  }

  private static boolean stretches(Shape from, Shape to) {
    int added = to.rank() - from.rank();
    for (int d = 0; added >= 0 && d < from.rank(); d++) {
      if (from.size(d) != 1 && from.size(d) != to.size(d + added)) {
        return false;
      }
    }
    return added >= 0;
  }

  @Override
  @Nullable SavedVariable[] saved() {
    return call.saves().all();
  }

  @Override
  public SequencedMap<String, SavedTensor> savedTensors() {
    return call.saves().shown();
  }

  @Override
  void release(Freed by) {
    if (call.saves().drop()) {
      freed = by;
    }
  }
}
