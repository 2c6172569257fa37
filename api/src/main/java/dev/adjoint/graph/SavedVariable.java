package dev.adjoint.graph;

import static java.util.Objects.requireNonNull;

import dev.adjoint.Tensor;
import dev.adjoint.autograd.SavedTensor;
import dev.adjoint.graph.mode.GradMode;
import dev.adjoint.graph.saved.CopiesOnWrite;
import dev.adjoint.graph.saved.Packed;
import dev.adjoint.graph.saved.SavedTensorHooks;
import dev.adjoint.graph.saved.Saving;
import dev.adjoint.graph.trace.Tracing;
import dev.adjoint.memory.Storage;
import dev.adjoint.memory.layout.Layout;
import dev.adjoint.type.GraphException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A tensor as it was when an operation saved it; reading it checks that nobody wrote there since. Where
/// hooks are set it is what they made of it, which nobody checks.
final class SavedVariable implements CopiesOnWrite.Saver {
  private @Nullable EagerTensor original; // null with storage: packed, or given back
  private @Nullable Storage storage;
  private Layout layout;
  private int version;
  private final Node.Slot origin;
  private final boolean isOutput;
  private boolean copiesOnWrite;
  private @Nullable Packed packed;

  /// Saves an input.
  static SavedVariable input(EagerTensor tensor) {
    return new SavedVariable(tensor, tensor.gradientSlot(), false);
  }

  /// Saves a result; the node that saves it is named when it is read, not held here.
  static SavedVariable output(EagerTensor tensor) {
    return new SavedVariable(tensor, Node.Slot.NONE, true);
  }

  private SavedVariable(EagerTensor tensor, Node.Slot origin, boolean isOutput) {
    Storage elements = tensor.storage();
    this.layout = tensor.layout();
    this.version = elements.version();
    this.origin = origin;
    this.isOutput = isOutput;
    Saving saving = Saving.active();
    if (saving == null || tensor.isWrappedNumber()) {
      hold(tensor);
    } else if (saving.hooks() != null) {
      this.packed = Packed.of(saving.hooks(), tensor, shown(tensor));
    } else {
      hold(tensor);
      if (saving.copiesOnWrite()) {
        CopiesOnWrite.add(elements, this);
        this.copiesOnWrite = true;
      }
    }
  }

  private void hold(EagerTensor tensor) {
    Storage elements = tensor.storage();
    elements.retainSaved();
    this.original = tensor;
    this.storage = elements;
  }

  @Override
  public Layout part() {
    return layout;
  }

  @Override
  public void moveTo(EagerTensor copy) {
    Storage before = requireNonNull(storage);
    Storage elements = copy.storage();
    elements.retainSaved();
    storage = elements;
    layout = copy.layout();
    version = elements.version();
    copiesOnWrite = false;
    before.releaseSaved();
  }

  /// What a hook is given: a parameter itself, of others a handle that no scope closes.
  private static EagerTensor shown(EagerTensor tensor) {
    if (tensor.requiresGrad() && tensor.isLeaf()) {
      return tensor;
    }
    EagerTensor handle = tensor.sibling();
    HandleScope.free(handle);
    return handle;
  }

  /// A new handle to the saved elements, with the history they had.
  ///
  /// @param saver the node that saved it
  EagerTensor unpack(Node saver, int outputNr) {
    EagerTensor t = packed == null ? unchanged(saver, outputNr) : packed.unpack();
    Node.Slot slot = isOutput ? new Node.Slot(saver, outputNr) : origin;
    if (slot.node() != null && GradMode.isEnabled() && t.dtype().isFloating()) {
      t.setHistory(slot);
    }
    return t;
  }

  private EagerTensor unchanged(Node saver, int outputNr) {
    Storage elements = storage;
    EagerTensor saved = original;
    if (elements == null || saved == null) {
      throw saver.secondTime();
    }
    Node made = origin.node();
    if (made != null
        && !(made instanceof AccumulateGrad)
        && saved.isLeaf()
        && !origin.equals(saved.gradientSlot())) {
      throw new GraphException(
          "Trying to use a saved tensor that has been detached in-place, i.e. with .detach_()."
              + "This is not supported, please use out-of-place `.detach()` instead");
    }
    String writer = elements.overwrittenBy(version, layout);
    if (writer != null) {
      throw new GraphException(modified(saver, outputNr, writer, saved, elements));
    }
    return EagerTensor.alias(elements, layout, saved.isWrappedNumber());
  }

  /// A result is named after the node that saved it, an input after the one that made it what it is now.
  private String modified(
      Node saver, int outputNr, String writer, EagerTensor saved, Storage elements) {
    Node now = isOutput ? saver : saved.isClosed() ? null : saved.gradFn();
    int number = isOutput ? outputNr : saved.outputNr();
    String maker =
        now == null ? "" : ", which is output " + number + " of " + Node.label(now.name()) + ",";
    return "one of the variables needed for gradient computation has been modified by an inplace"
        + " operation: ["
        + elements.type().tensorType()
        + " "
        + layout.shape()
        + "]"
        + maker
        + " is at version "
        + elements.version()
        + "; expected version "
        + version
        + " instead. "
        + saver.name()
        + " had saved it, then `"
        + writer
        + "` overwrote it. Use the out-of-place operation, write to a clone(), or write after"
        + " backward()."
        + Tracing.recorded(saver.trace);
  }

  /// As the user sees it.
  ///
  /// @param saver the node that saved it
  SavedTensor shown(Node saver, int outputNr) {
    return new SavedTensor() {
      @Override
      public Tensor tensor() {
        requireHeld(saver);
        EagerTensor t = unpack(saver, outputNr);
        EagerTensor saved = isOutput ? null : original;
        if (saved != null
            && !saved.isClosed()
            && saved.storage() == t.storage()
            && saved.layout().sameAs(t.layout())) {
          t.close();
          return saved;
        }
        return t;
      }

      @Override
      public <P> void registerHooks(
          Function<? super Tensor, P> pack, Function<? super P, Tensor> unpack) {
        register(SavedTensorHooks.of(pack, unpack), saver, outputNr);
      }

      @Override
      public String toString() {
        return isHeld() ? tensor().toString() : "freed";
      }
    };
  }

  private boolean isHeld() {
    return storage != null || packed != null;
  }

  private void requireHeld(Node saver) {
    if (!isHeld()) {
      throw saver.secondTime();
    }
  }

  private void register(SavedTensorHooks hooks, Node saver, int outputNr) {
    if (packed != null) {
      throw new GraphException(
          "Calling register_hooks on a saved tensor whose hooks have already been set. Hint: only one"
              + " pair of hooks is allowed at a time.");
    }
    Storage elements = storage;
    if (elements == null) {
      throw new GraphException(
          "Calling register_hooks on a saved tensor after it has been freed. Saved intermediate values of"
              + " the graph are freed when you call .backward() or autograd.grad(). Specify"
              + " retain_graph=True if you need to backward through the graph a second time or if you need"
              + " to access saved variables after calling backward.");
    }
    EagerTensor handle = unchanged(saver, outputNr);
    HandleScope.free(handle);
    packed = Packed.of(hooks, handle, handle);
    drop(elements);
  }

  /// The memory that is kept, null where only a hook knows.
  Node.@Nullable Kept kept() {
    Storage held = packed == null ? storage : packed.kept();
    return held == null
        ? null
        : new Node.Kept(held, packed == null && origin.node() instanceof AccumulateGrad);
  }

  void release() {
    Storage elements = storage;
    if (packed != null) {
      packed.release();
      packed = null;
    } else if (elements != null) {
      drop(elements);
    }
  }

  private void drop(Storage elements) {
    original = null;
    storage = null;
    if (copiesOnWrite) {
      CopiesOnWrite.remove(elements, this);
    }
    elements.releaseSaved();
  }
}
