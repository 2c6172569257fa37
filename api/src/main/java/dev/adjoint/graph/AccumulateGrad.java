package dev.adjoint.graph;

import static java.util.Objects.requireNonNull;

import dev.adjoint.Tensor;
import dev.adjoint.graph.mode.GradMode;
import dev.adjoint.memory.Storage;
import dev.adjoint.memory.layout.Layout;
import dev.adjoint.memory.layout.Order;
import dev.adjoint.type.DTypeException;
import dev.adjoint.type.GraphException;
import dev.adjoint.type.ShapeException;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The end of the walk at a leaf: adds what arrives to the leaf's `.grad`. One thread at a time per
/// tensor, so that backward passes of several threads add up exactly.
public final class AccumulateGrad extends Node {
  private static final Slot[] NOWHERE = {};
  final EagerTensor leaf;

  AccumulateGrad(EagerTensor leaf) {
    super(FIRST, NOWHERE, 1);
    this.leaf = leaf;
  }

  @Override
  public String name() {
    return "torch::autograd::AccumulateGrad";
  }

  @Override
  @Nullable EagerTensor[] apply(@Nullable EagerTensor[] gradients) {
    EagerTensor g = gradients[0];
    if (g != null) {
      // The leaf may have moved since the node that computed this ran on its elements.
      add(leaf, Placement.followed(g, leaf), true);
    }
    return NO_GRADIENTS;
  }

  /// The leaf's memory; empty when its handle was closed.
  public Optional<Storage> elements() {
    return leaf.isClosed() ? Optional.empty() : Optional.of(leaf.storage());
  }

  /// Whether the leaf still wants what arrives.
  boolean collects() {
    if (!leaf.requiresGrad()) {
      return false;
    }
    Node maker = leaf.gradFn();
    if (maker != null) {
      throw new GraphException(
          "leaf variable has been moved into the graph interior: it was a leaf of shape "
              + leaf.shape()
              + " when this graph was recorded, and was overwritten by "
              + maker.name()
              + " since. Write to a clone() instead.");
    }
    return true;
  }

  /// The accumulator in a slot, which must be a leaf's.
  static AccumulateGrad of(Slot slot) {
    if (slot.made() instanceof AccumulateGrad accumulator) {
      return accumulator;
    }
    throw new GraphException(
        "post accumulate grad hooks cannot be registered on non-leaf tensors; this one was made by "
            + slot.made().name()
            + ". Use registerHook, which sees its gradient.");
  }

  @Override
  public Metadata metadata(int outputNr) {
    return Metadata.of(leaf);
  }

  @Override
  public String toString() {
    return super.toString().replace("torch::autograd::", "");
  }

  /// Finds what forbids that a tensor asks, or no longer asks, for a gradient.
  static void checkAsked(EagerTensor tensor, boolean required) {
    if (required && !tensor.dtype().isFloating()) {
      throw new DTypeException(
          "only Tensors of floating point dtype can require gradients; this one is "
              + tensor.dtype()
              + ". Convert it with to(DType.FLOAT32) first.");
    }
    if (!required && tensor.gradFn() != null) {
      throw new GraphException(
          "you can only change requires_grad flags of leaf variables. If you want to use a computed"
              + " variable in a subgraph that doesn't require differentiation use var_no_grad ="
              + " var.detach().");
    }
    InferenceMode.checkAsked(tensor, required);
  }

  /// Forgets what was collected; the handle is closed if nobody was given it.
  static void clear(EagerTensor tensor) {
    synchronized (tensor) {
      EagerTensor g = tensor.grad;
      tensor.grad = null;
      if (g != null && !tensor.gradSeen) {
        g.close();
      }
      tensor.gradSeen = false;
    }
  }

  /// Puts a gradient of the user's in the place of what was collected.
  static void set(EagerTensor tensor, @Nullable Tensor gradient) {
    if (gradient == tensor) {
      throw new GraphException("can't assign Variable as its own grad");
    }
    if (gradient != null) {
      Placement.requireAssignable(tensor, gradient);
    }
    if (gradient != null && !gradient.shape().equals(tensor.shape())) {
      throw new ShapeException(
          "attempting to assign a gradient of size '"
              + gradient.shape()
              + "' to a tensor of size '"
              + tensor.shape()
              + "'. Please ensure that the gradient and the tensor are the same size");
    }
    if (gradient != null && gradient.dtype() != tensor.dtype()) {
      throw new DTypeException(
          "attempting to assign a gradient with dtype '"
              + gradient.dtype()
              + "' to a tensor with grad_dtype '"
              + tensor.dtype()
              + "'. Convert the gradient with to(...) first.");
    }
    if (gradient instanceof EagerTensor g) {
      HandleScope.free(g);
    }
    synchronized (tensor) {
      clear(tensor);
      tensor.grad = (EagerTensor) gradient;
      tensor.gradSeen = gradient != null;
    }
  }

  /// Adds a gradient, which stays the caller's.
  ///
  /// @param mayTake whether an unshared gradient's memory may become `.grad` itself, and a later one be added
  ///     in place; a retained gradient is another tensor after each pass
  static void add(EagerTensor tensor, EagerTensor gradient, boolean mayTake) {
    synchronized (tensor) {
      boolean recording = GradMode.isEnabled();
      EagerTensor old = tensor.grad;
      try (HandleScope _ = HandleScope.open()) {
        boolean inPlace = mayTake && !recording;
        if (old != null && !old.isClosed() && inPlace && !old.layout().overlapsItself()) {
          GradMode.with(false, () -> old.add_(gradient));
          return;
        }
        EagerTensor sum =
            old == null || old.isClosed()
                ? first(tensor, gradient, mayTake && !recording)
                : (EagerTensor) old.add(gradient);
        tensor.grad = sum;
        tensor.gradSeen = false;
        HandleScope.free(requireNonNull(sum));
      }
    }
  }

  /// The first gradient, in memory of its own that lies as the tensor's does, if that has no gaps, else in
  /// row-major order.
  private static EagerTensor first(EagerTensor tensor, EagerTensor gradient, boolean mayTake) {
    int[] order = tensor.isContiguous() ? null : orderOf(tensor.layout());
    if (mayTake
        && Arrays.equals(order, gradient.isContiguous() ? null : orderOf(gradient.layout()))
        && (gradient.isExclusive() || isUnseen(gradient))) {
      gradient.storage().restartVersions(); // as a clone's begin
      return EagerTensor.alias(gradient.storage(), gradient.layout(), false);
    }
    Tensor source = GradMode.isEnabled() ? gradient : gradient.detach();
    return (EagerTensor) Dispatch.copy(source, order);
  }

  private static int @Nullable [] orderOf(Layout layout) {
    int[] order = Order.of(layout);
    return order != null && layout.permute(order).isContiguous() ? order : null;
  }

  /// Whether nobody else can see elements that are still to be computed.
  private static boolean isUnseen(EagerTensor gradient) {
    Storage elements = gradient.storage();
    return elements.isDeferred()
        && elements.isUnshared()
        && gradient.layout().fills(elements.elements());
  }
}
