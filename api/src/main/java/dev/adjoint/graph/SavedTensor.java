package dev.adjoint.graph;

import dev.adjoint.graph.mode.GradMode;
import dev.adjoint.graph.trace.Tracing;
import dev.adjoint.memory.Layout;
import dev.adjoint.memory.Storage;
import dev.adjoint.type.GraphException;

/// A tensor as it was when an operation saved it; reading it checks that nobody wrote there since.
final class SavedTensor {
  private final EagerTensor original;
  private final Storage storage;
  private final Layout layout;
  private final int version;
  private final Node.Slot origin;
  private final boolean isOutput;

  /// Saves an input.
  static SavedTensor input(EagerTensor tensor) {
    return new SavedTensor(tensor, tensor.gradientSlot(), false);
  }

  /// Saves a result; the node that saves it is named when it is read, not held here.
  static SavedTensor output(EagerTensor tensor) {
    return new SavedTensor(tensor, Node.Slot.NONE, true);
  }

  private SavedTensor(EagerTensor tensor, Node.Slot origin, boolean isOutput) {
    this.original = tensor;
    this.storage = tensor.storage();
    this.layout = tensor.layout();
    this.version = storage.version();
    this.origin = origin;
    this.isOutput = isOutput;
    storage.retainSaved();
  }

  /// A new handle to the saved elements, with the history they had.
  ///
  /// @param saver the node that saved it
  EagerTensor unpack(Node saver, int outputNr) {
    Node made = origin.node();
    if (made != null
        && !(made instanceof AccumulateGrad)
        && original.isLeaf()
        && !origin.equals(original.gradientSlot())) {
      throw new GraphException(
          "Trying to use a saved tensor that has been detached in-place, i.e. with .detach_()."
              + "This is not supported, please use out-of-place `.detach()` instead");
    }
    String writer = storage.overwrittenBy(version, layout);
    if (writer != null) {
      throw new GraphException(modified(saver, outputNr, writer));
    }
    EagerTensor t = EagerTensor.alias(storage, layout, original.isWrappedNumber());
    Node.Slot slot = isOutput ? new Node.Slot(saver, outputNr) : origin;
    if (slot.node() != null && GradMode.isEnabled() && storage.type().isFloating()) {
      t.setHistory(slot);
    }
    return t;
  }

  /// A result is named after the node that saved it, an input after the one that made it what it is now.
  private String modified(Node saver, int outputNr, String writer) {
    Node now = isOutput ? saver : original.isClosed() ? null : original.gradFn();
    int number = isOutput ? outputNr : original.outputNr();
    String maker =
        now == null ? "" : ", which is output " + number + " of " + OpNode.label(now.name()) + ",";
    return "one of the variables needed for gradient computation has been modified by an inplace"
        + " operation: ["
        + storage.type().tensorType()
        + " "
        + layout.shape()
        + "]"
        + maker
        + " is at version "
        + storage.version()
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

  Node.Kept kept() {
    return new Node.Kept(storage, origin.node() instanceof AccumulateGrad);
  }

  void release() {
    storage.releaseSaved();
  }
}
