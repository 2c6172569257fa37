package dev.adjoint.graph;

import dev.adjoint.graph.mode.GradMode;
import dev.adjoint.memory.layout.Layout;
import dev.adjoint.op.Op;
import dev.adjoint.type.DType;
import dev.adjoint.type.GraphException;
import dev.adjoint.type.Shape;
import dev.adjoint.type.ShapeException;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/// What an operation that overwrites its first input has to obey, and what becomes of the history of
/// the tensors it shows through.
final class Overwriting {
  private static final Map<String, String> WRITERS = new ConcurrentHashMap<>();

  private Overwriting() {}

  /// How messages call an operation that overwrites: `add_`.
  static String writer(Op op) {
    return WRITERS.computeIfAbsent(op.node(), node -> op.label().toLowerCase(Locale.ROOT) + "_");
  }

  /// Finds everything that forbids the write, before anything is written.
  static void check(String writer, EagerTensor target, Shape result, DType type, EagerTensor[] in) {
    InferenceMode.checkWritten(target, writer);
    checkHistory(writer, target, in);
    if (target.layout().overlapsItself()) {
      throw new ShapeException(
          "unsupported operation: more than one element of the written-to tensor refers to a single"
              + " memory location. Please clone() the tensor before performing the operation.");
    }
    if (!result.equals(target.layout().shape())) {
      throw new ShapeException(
          "output with shape "
              + target.shape()
              + " doesn't match the broadcast shape "
              + result
              + ". "
              + writer
              + " cannot enlarge its target.");
    }
    if (type.category().compareTo(target.dtype().category()) > 0) {
      throw Promotion.cannotCast(type, target.dtype());
    }
  }

  /// As [#check], for a value that was computed already.
  static EagerTensor checked(String writer, EagerTensor target, EagerTensor value) {
    check(writer, target, value.shape(), value.dtype(), new EagerTensor[] {target, value});
    return target;
  }

  /// Finds what the graph has against the write.
  static void checkHistory(String writer, EagerTensor target, EagerTensor[] in) {
    boolean recorded = false;
    for (EagerTensor t : in) {
      recorded |= t.requiresGrad();
    }
    ViewInfo view = target.view;
    if (!GradMode.isEnabled() || !(recorded || view != null && view.base.requiresGrad())) {
      return;
    }
    if (view != null) {
      view.checkWritable();
      boolean tracked = target.requiresGrad() || view.base.requiresGrad();
      if (tracked && view.base.gradFn() == null) {
        throw new GraphException(
            "a view of a leaf Variable that requires grad is being used in an in-place operation. "
                + writer
                + " would overwrite a parameter: wrap it in noGrad(...), or write to a clone().");
      }
    } else if (target.requiresGrad() && target.gradFn() == null) {
      throw new GraphException(
          "a leaf Variable that requires grad is being used in an in-place operation. "
              + writer
              + " would overwrite a parameter: wrap it in noGrad(...), or write to a clone().");
    }
  }

  /// Called before a write that nothing forbids: leaves the elements to those who count on them.
  static void announce(EagerTensor target) {
    Consumer<Layout> told = target.storage().beforeWrite();
    if (told != null) {
      told.accept(target.layout());
    }
  }

  /// The target's elements before the write, with its history, for a formula that reads them.
  static EagerTensor copyOfOriginal(EagerTensor target) {
    EagerTensor copy = (EagerTensor) GradMode.with(false, () -> target.detach().clone());
    Node.Slot slot = target.gradientSlot();
    if (slot.node() != null) {
      copy.setHistory(slot);
    }
    return copy;
  }

  /// Replaces inputs that share some but not all places with the target by copies, so that the
  /// operation reads what was there before it wrote, and announces the write.
  static void separate(EagerTensor target, EagerTensor[] in) {
    Layout written = target.layout();
    for (int i = 1; i < in.length; i++) {
      boolean shares = in[i].storage() == target.storage();
      if (shares && !same(in[i].layout(), written) && in[i].layout().mayOverlap(written)) {
        EagerTensor source = in[i];
        in[i] = (EagerTensor) GradMode.with(false, () -> source.detach().clone());
      }
    }
    announce(target);
  }

  private static boolean same(Layout a, Layout b) {
    return a.shape().equals(b.shape())
        && a.offset() == b.offset()
        && java.util.Arrays.equals(a.strides(), b.strides());
  }

  /// Makes the target the result of the node; through a view, its base and all other views follow.
  static void rebase(EagerTensor target, Node node) {
    ViewInfo view = target.view;
    if (view == null) {
      target.setHistory(new Node.Slot(node, 0));
      return;
    }
    CopySlices copy = new CopySlices(view.base, view, node);
    view.base.setHistory(new Node.Slot(copy, 0));
    view.regenerate(target, target.storage().version());
  }
}
