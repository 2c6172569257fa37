package dev.adjoint.graph;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.op.ViewOp;
import dev.adjoint.op.Views;
import dev.adjoint.type.DType;
import dev.adjoint.type.GraphException;
import dev.adjoint.type.Shape;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// What makes a tensor a view to the graph: the tensor that owns the memory, and the steps from it,
/// which can be replayed on another tensor of the owner's shape.
final class ViewInfo {

  /// How a view came to be, which decides whether it may be written while recording.
  private enum Creation {
    DEFAULT,
    MULTIPLE,
    NO_GRAD,
    FUNCTION
  }

  final EagerTensor base;
  private final @Nullable ViewInfo parent;
  private final ViewOp op;
  private final int result;
  private final Creation creation;
  private final String maker;
  private int version;

  private ViewInfo(EagerTensor from, ViewOp op, int result) {
    this.parent = from.view;
    this.base = parent == null ? from : parent.base;
    this.op = op;
    this.result = result;
    this.version = from.storage().version();
    if (parent != null && parent.creation != Creation.DEFAULT) {
      this.creation = parent.creation;
      this.maker = parent.maker;
    } else {
      boolean recording = GradMode.isEnabled();
      Creation single = recording ? Creation.DEFAULT : Creation.NO_GRAD;
      this.creation = recording && op.isMultiple() ? Creation.MULTIPLE : single;
      this.maker = "Output " + result + " of " + op.label() + " is a view and ";
    }
  }

  /// A view that a function of the user's returned, or an input that it returned as it was.
  private ViewInfo(EagerTensor seen, String function, int result) {
    ViewInfo own = seen.view;
    this.parent = own == null ? null : own.parent;
    this.base = own == null ? seen : own.base;
    this.op = own == null ? new Views.Expand(seen.shape()) : own.op;
    this.result = own == null ? 0 : own.result;
    this.version = seen.storage().version();
    this.creation = Creation.FUNCTION;
    this.maker = "Output " + result + " of " + function + " is a view and ";
  }

  /// What makes a result of a function a view to the graph: its history stays the function's node.
  static ViewInfo ofFunction(EagerTensor seen, String function, int result) {
    return new ViewInfo(seen, function, result);
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

  static ViewInfo of(EagerTensor from, ViewOp op, int result) {
    return new ViewInfo(from, op, result);
  }

  /// Whether the memory was written since the view's node was made. A view made while recording was
  /// off stays out of the graph.
  boolean isStale(int now) {
    return version != now && creation != Creation.NO_GRAD && base.requiresGrad();
  }

  /// Gives a view a node over its base's present history; the base's own handle may be closed.
  void regenerate(EagerTensor view, int now) {
    if (creation == Creation.FUNCTION) {
      throw ofFunction("its base or another view of its base has been modified inplace.");
    }
    if (creation == Creation.MULTIPLE) {
      throw new GraphException(
          maker
              + "its base or another view of its base has been modified inplace. This view is the output"
              + " of a function that returns multiple views. Such functions do not allow the output"
              + " views to be modified inplace. You should replace the inplace operation by an"
              + " out-of-place one.");
    }
    version = now;
    view.setHistory(new Node.Slot(new Written(base, this), 0));
  }

  /// Finds what forbids writing through this view while recording.
  void checkWritable(EagerTensor view) {
    if (creation == Creation.FUNCTION) {
      throw ofFunction("is being modified inplace.");
    }
    if (creation == Creation.MULTIPLE) {
      throw new GraphException(
          maker
              + "is being modified inplace. This view is the output of a function that returns multiple"
              + " views. Such functions do not allow the output views to be modified inplace. You should"
              + " replace the inplace operation by an out-of-place one.");
    }
    if (creation == Creation.NO_GRAD) {
      throw new GraphException(
          "A view was created in no_grad mode and is being modified inplace with grad mode enabled."
              + " Given that this use case is ambiguous and error-prone, it is forbidden. You can clarify"
              + " your code by moving both the view and the inplace either both inside the no_grad block"
              + " (if you don't want the inplace to be tracked) or both outside (if you want the inplace"
              + " to be tracked).");
    }
  }

  /// The same view of another tensor that has the base's shape.
  EagerTensor replay(Tensor onBase) {
    Deque<ViewInfo> steps = new ArrayDeque<>();
    for (ViewInfo v = this; v != null; v = v.parent) {
      steps.push(v);
    }
    Tensor t = onBase;
    for (ViewInfo v : steps) {
      t = Dispatch.views(v.op, t).get(v.result);
    }
    return (EagerTensor) t;
  }

  /// The node of a view whose base was overwritten after the view was made: puts the gradient into its
  /// place in zeros of the base's shape.
  private static final class Written extends Node {
    private final ViewInfo view;
    private final Shape shape;
    private final DType type;

    Written(EagerTensor base, ViewInfo view) {
      super(nextSequence(), new Slot[] {base.gradientSlot()}, 1);
      this.view = view;
      this.shape = base.shape();
      this.type = base.dtype();
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
        Tensor whole = Tensors.zeros(shape, type, g.device());
        view.replay(whole).copy_(g);
        HandleScope.free((EagerTensor) whole);
        return new EagerTensor[] {(EagerTensor) whole};
      }
    }
  }
}
