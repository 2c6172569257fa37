package dev.adjoint.graph;

import dev.adjoint.HookHandle;
import dev.adjoint.Tensor;
import dev.adjoint.host.TensorPrinter;
import dev.adjoint.memory.Storage;
import dev.adjoint.memory.layout.Layout;
import dev.adjoint.op.UnaryOp;
import dev.adjoint.type.ClosedException;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import dev.adjoint.type.GraphException;
import dev.adjoint.type.Shape;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// The one implementation of [Tensor]: a counted handle on a storage, and its place in the graph.
public final class EagerTensor implements Tensor {
  private static final AtomicIntegerFieldUpdater<EagerTensor> CLOSED =
      AtomicIntegerFieldUpdater.newUpdater(EagerTensor.class, "closed");
  private Storage storage;
  private Layout layout;
  private final boolean wrappedNumber;
  private volatile int closed; // 1 once it is
  @Nullable HandleScope scope;
  private boolean requiresGrad;
  private Node.Slot history = Node.Slot.NONE; // a leaf's names its accumulator, made on first use
  @Nullable EagerTensor grad;
  boolean gradSeen;
  private boolean retainsGrad;
  @Nullable ViewInfo view;

  private EagerTensor(Storage storage, Layout layout, boolean wrappedNumber) {
    this.storage = storage;
    this.layout = layout;
    this.wrappedNumber = wrappedNumber;
    HandleScope.register(this);
  }

  /// A tensor over a fresh storage, whose first count it takes over.
  public static EagerTensor of(Storage storage, Layout layout) {
    if (InferenceMode.isEnabled()) {
      storage.markInference();
    }
    return new EagerTensor(storage, layout, false);
  }

  /// Another handle on a storage, which counts one more.
  public static EagerTensor alias(Storage storage, Layout layout, boolean wrappedNumber) {
    storage.retain();
    return new EagerTensor(storage, layout, wrappedNumber);
  }

  /// Another handle on the same elements with the same history.
  public EagerTensor sibling() {
    EagerTensor t = alias(storage(), layout, wrappedNumber);
    Node.Slot slot = gradientSlot();
    if (slot.node() != null) {
      t.setHistory(slot);
    }
    return t;
  }

  /// A Java number on its way into an operation: it yields to tensors in type promotion.
  public static EagerTensor number(Storage storage) {
    return new EagerTensor(storage, Layout.contiguous(Shape.SCALAR), true);
  }

  /// Gives this other elements of the same shape and type, whose count it takes over.
  void takeOver(Storage elements, Layout order) {
    Storage before = storage();
    storage = elements;
    layout = order;
    view = null;
    before.release();
  }

  /// The elements; throws once this was closed.
  public Storage storage() {
    if (closed != 0) {
      throw new ClosedException(
          "This tensor was closed. Keep it with Scope.keep, or close it after its last use.");
    }
    return storage;
  }

  @Override
  public DType dtype() {
    return storage.type();
  }

  @Override
  public Shape shape() {
    return layout.shape();
  }

  @Override
  public Device device() {
    return storage.device().name();
  }

  @Override
  public long[] stride() {
    return layout.strides();
  }

  @Override
  public long storageOffset() {
    return layout.offset();
  }

  @Override
  public boolean isContiguous() {
    return layout.isContiguous();
  }

  /// How the elements lie; for operations, which resolve views and layouts themselves.
  public Layout layout() {
    return layout;
  }

  boolean isWrappedNumber() {
    return wrappedNumber;
  }

  public boolean isClosed() {
    return closed != 0;
  }

  @Override
  public long version() {
    return InferenceMode.version(storage());
  }

  @Override
  public boolean isInference() {
    return storage.isInference();
  }

  @Override
  public void close() {
    if (CLOSED.compareAndSet(this, 0, 1)) { // so that of two threads one gives it back
      storage.release();
    }
  }

  @Override
  public boolean requiresGrad() {
    return requiresGrad || gradFn() != null;
  }

  @Override
  public Tensor requiresGrad_(boolean required) {
    AccumulateGrad.checkAsked(this, required);
    requiresGrad = required;
    return this;
  }

  @Override
  public @Nullable Node gradFn() {
    ViewInfo v = view;
    if (v != null && v.isStale(storage.version(), maker() != null)) {
      v.regenerate(this, storage.version());
    }
    return maker();
  }

  private @Nullable Node maker() {
    Node node = history.node();
    return node instanceof AccumulateGrad ? null : node;
  }

  @Override
  public int outputNr() {
    return history.slot();
  }

  /// Makes this a result of a node, or another handle on a leaf.
  void setHistory(Node.Slot made) {
    Node before = maker();
    if (retainsGrad && before != null && before.hooks != null) {
      before.hooks.forget(this);
      made.made().hooks().retain(made.slot(), this);
    }
    made.made().describe(made.slot(), this);
    history = made;
    requiresGrad = true;
  }

  void clearHistory() {
    // A leaf keeps its accumulator, at which its hooks are.
    history = maker() == null ? history : Node.Slot.NONE;
    requiresGrad = false;
    view = null;
  }

  /// Where this tensor's gradient goes: its node, or for a leaf its accumulator, made on first use.
  Node.Slot gradientSlot() {
    if (gradFn() == null && !requiresGrad) {
      return Node.Slot.NONE;
    }
    Node.Slot known = history;
    return known.node() == null ? accumulator() : known;
  }

  private synchronized Node.Slot accumulator() {
    if (history.node() == null) {
      history = new Node.Slot(new AccumulateGrad(this), 0);
    }
    return history;
  }

  @Override
  public @Nullable Tensor grad() {
    gradSeen |= grad != null;
    return grad;
  }

  /// `.grad`, for work that keeps no reference to it.
  public @Nullable Tensor gradUnseen() {
    return grad;
  }

  /// Sets `.grad` to null; the handle is closed if nobody was given it.
  public void clearGrad() {
    AccumulateGrad.clear(this);
  }

  @Override
  public void setGrad(@Nullable Tensor gradient) {
    AccumulateGrad.set(this, gradient);
  }

  /// Whether nobody else can see these elements and they lie as a fresh tensor's would.
  boolean isExclusive() {
    return storage.isUnshared() && !storage.isPending() && layout.fills(storage.elements());
  }

  @Override
  public Tensor retainGrad() {
    if (!requiresGrad()) {
      throw new GraphException(
          "can't retain_grad on Tensor that has requires_grad=False; call requiresGrad_() first");
    }
    Node node = gradFn();
    if (node != null && !retainsGrad) {
      retainsGrad = true;
      node.hooks().retain(history.slot(), this);
    }
    return this;
  }

  @Override
  public HookHandle registerHook(UnaryOperator<@Nullable Tensor> hook) {
    Node.Slot slot = hookedSlot();
    return slot.made().hooks().onGradient(slot.slot(), hook);
  }

  @Override
  public HookHandle registerPostAccumulateGradHook(Consumer<Tensor> hook) {
    return AccumulateGrad.of(hookedSlot()).hooks().accumulated(hook);
  }

  /// Where hooks on this tensor's gradient go.
  public Node.Slot hookedSlot() {
    if (!requiresGrad()) {
      throw new GraphException(
          "cannot register a hook on a tensor that doesn't require gradient; call requiresGrad_() first");
    }
    return gradientSlot();
  }

  @Override
  public Tensor detach() {
    return alias(storage(), layout, false);
  }

  @Override
  public Tensor detach_() {
    if (view != null) {
      throw new GraphException(
          "Can't detach views in-place. Use detach() instead. It yields a tensor over the same memory"
              + " that is no view to the graph.");
    }
    clearHistory();
    return this;
  }

  @Override
  public Tensor clone() {
    return Dispatch.convert(UnaryOp.CLONE, this, dtype());
  }

  @Override
  public String toString() {
    return TensorPrinter.print(this);
  }
}
