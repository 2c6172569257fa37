package dev.adjoint.graph;

import static java.util.Objects.requireNonNull;

import dev.adjoint.autograd.SavedTensor;
import dev.adjoint.graph.trace.Freed;
import dev.adjoint.memory.layout.Order;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// The node of a tensor that was overwritten through a view: the view's part of the gradient goes
/// through the operation that wrote, the rest passes by.
final class CopySlices extends Node {
  private final ViewInfo view;
  private final Node writer;

  /// Of the base's dimensions: in another order of memory the view may be none.
  private final int @Nullable [] order;

  CopySlices(EagerTensor base, ViewInfo view, Node writer) {
    super(nextSequence(), slots(base, writer), 1);
    this.view = view;
    this.order = base.isContiguous() ? null : Order.of(base.layout());
    this.writer = writer;
  }

  private static Slot[] slots(EagerTensor base, Node writer) {
    Slot[] slots = writer.next.clone();
    slots[0] = base.gradientSlot();
    return slots;
  }

  @Override
  public String name() {
    return "CopySlices";
  }

  @Override
  @Nullable EagerTensor[] apply(@Nullable EagerTensor[] gradients) {
    EagerTensor g = gradients[0];
    if (g == null) {
      return new EagerTensor[next.length];
    }
    try (HandleScope _ = HandleScope.open()) {
      EagerTensor whole = (EagerTensor) Dispatch.copy(g, order);
      EagerTensor part = view.replay(whole);
      EagerTensor written = (EagerTensor) part.clone();
      @Nullable EagerTensor[] results = writer.apply(new EagerTensor[] {written});
      if (results[0] == null) {
        part.zero_();
      } else {
        part.copy_(requireNonNull(results[0]));
        results[0].close();
      }
      HandleScope.free(whole);
      results[0] = whole;
      return results;
    }
  }

  @Override
  @Nullable SavedVariable[] saved() {
    return writer.saved();
  }

  @Override
  public SequencedMap<String, SavedTensor> savedTensors() {
    return writer.savedTensors();
  }

  @Override
  void release(Freed by) {
    writer.release(by);
  }
}
