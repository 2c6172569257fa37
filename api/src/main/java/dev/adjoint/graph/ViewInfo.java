package dev.adjoint.graph;

import dev.adjoint.Tensor;
import dev.adjoint.graph.mode.GradMode;
import dev.adjoint.op.ViewOp;
import dev.adjoint.op.Views;
import dev.adjoint.type.GraphException;
import dev.adjoint.type.Shape;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What makes a tensor a view to the graph: the tensor that owns the memory, and the steps from it,
/// which can be replayed on another tensor of the owner's shape.
///
/// Each result of an operation with several is a view of its own, so any of them may be written.
final class ViewInfo {

  /// In which mode a view was made, which decides whether it may be written while recording.
  private enum Creation {
    RECORDING,
    NO_GRAD,
    INFERENCE,
    /// Returned by a function of the user's, whose formula stands for all that made it.
    FUNCTION
  }

  final EagerTensor base;
  private final @Nullable ViewInfo parent;
  private final ViewOp op;
  private final Shape from;
  private final Creation creation;
  private final boolean inherited; // the creation, by a view made while recording
  private final @Nullable String maker; // the function and which of its results
  private volatile int version; // written after the node, so that another thread sees both

  private ViewInfo(EagerTensor from, ViewOp op) {
    this.parent = from.view;
    this.base = parent == null ? from : parent.base;
    this.op = op;
    this.from = from.shape();
    this.version = from.storage().version();
    Creation before = parent == null ? Creation.RECORDING : parent.creation;
    this.inherited = before != Creation.RECORDING && GradMode.isEnabled();
    this.creation = before == Creation.RECORDING ? creation() : before;
    this.maker = parent == null ? null : parent.maker;
  }

  private ViewInfo(EagerTensor seen, String maker) {
    ViewInfo own = seen.view;
    this.parent = own == null ? null : own.parent;
    this.base = own == null ? seen : own.base;
    this.op = own == null ? new Views.Expand(seen.shape()) : own.op;
    this.from = own == null ? seen.shape() : own.from;
    this.version = seen.storage().version();
    this.creation = Creation.FUNCTION;
    this.inherited = false;
    this.maker = maker;
  }

  /// A view that a function of the user's returned, or an input that it returned as it was: its history
  /// stays the function's node.
  static ViewInfo ofFunction(EagerTensor seen, String function, int result) {
    return new ViewInfo(seen, "Output " + result + " of " + function + " is a view and ");
  }

  private GraphException ofFunction(String what) {
    return new GraphException(
        maker
            + what
            + " This view was created inside a custom Function (or because an input was returned as-is) and"
            + " the autograd logic to handle view+inplace would override the custom backward associated"
            + " with the custom Function, leading to incorrect gradients. This behavior is forbidden. You"
            + " can fix this by cloning the output of the custom Function.");
  }

  private static Creation creation() {
    if (GradMode.isEnabled()) {
      return Creation.RECORDING;
    }
    return InferenceMode.isEnabled() ? Creation.INFERENCE : Creation.NO_GRAD;
  }

  static ViewInfo of(EagerTensor from, ViewOp op, int result) {
    return new ViewInfo(from, op.single(result));
  }

  /// Whether the memory was written since the view's node was made. A view made while recording was
  /// off stays out of the graph.
  ///
  /// @param made whether the view has a node
  boolean isStale(int now, boolean made) {
    boolean follows = creation == Creation.RECORDING || creation == Creation.FUNCTION;
    return version != now && follows && (made || base.requiresGrad());
  }

  /// Gives a view a node over its base's present history; the base's own handle may be closed.
  void regenerate(EagerTensor view, int now) {
    if (creation == Creation.FUNCTION) {
      throw ofFunction("its base or another view of its base has been modified inplace.");
    }
    view.setHistory(new Node.Slot(new Written(base, this), 0));
    version = now;
  }

  /// Finds what forbids writing through this view while recording.
  void checkWritable() {
    if (creation == Creation.FUNCTION) {
      throw ofFunction("is being modified inplace.");
    }
    if (creation == Creation.RECORDING) {
      return;
    }
    boolean inference = creation == Creation.INFERENCE;
    throw new GraphException(
        (inherited && base.requiresGrad()
                ? "Output 0 of " + op.label() + " is a view of a view which"
                : "A view")
            + (inference ? " was created in inference mode" : " was created in no_grad mode")
            + " and is being modified inplace "
            + (inference ? "in normal mode." : "with grad mode enabled.")
            + " Given that this use case is ambiguous and error-prone, it is forbidden. You can clarify"
            + " your code by moving both the view and the inplace either both inside the "
            + (inference ? "inference_mode" : "no_grad")
            + " block (if you don't want the inplace to be tracked) or both outside (if you want the"
            + " inplace to be tracked).");
  }

  /// The same view of another tensor that has the base's shape.
  EagerTensor replay(Tensor onBase) {
    Deque<ViewInfo> steps = new ArrayDeque<>();
    for (ViewInfo v = this; v != null; v = v.parent) {
      steps.push(v);
    }
    Tensor t = onBase;
    for (ViewInfo v : steps) {
      t = Dispatch.view(v.op, t);
    }
    return (EagerTensor) t;
  }

  /// The node of a view whose base was overwritten after the view was made: leads the gradient back
  /// through the steps of the view.
  private static final class Written extends Node {
    private final ViewInfo view;

    Written(EagerTensor base, ViewInfo view) {
      super(nextSequence(), new Slot[] {base.gradientSlot()}, 1);
      this.view = view;
    }

    @Override
    public String name() {
      return "AsStridedBackward0";
    }

    @Override
    @Nullable EagerTensor[] apply(@Nullable EagerTensor[] gradients) {
      EagerTensor g = gradients[0];
      if (g == null) {
        return new EagerTensor[1];
      }
      try (HandleScope _ = HandleScope.open()) {
        Tensor t = g;
        for (ViewInfo v = view; v != null; v = v.parent) {
          t = BackwardPass.sumTo(v.op.backward(List.of(t), v.from), v.from, name());
        }
        EagerTensor whole = t == g ? g.sibling() : (EagerTensor) t;
        HandleScope.free(whole);
        return new EagerTensor[] {whole};
      }
    }
  }
}
