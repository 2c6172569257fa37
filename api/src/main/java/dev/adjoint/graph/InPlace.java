package dev.adjoint.graph;

import static java.util.Objects.requireNonNull;

import dev.adjoint.Tensor;
import dev.adjoint.graph.mode.GradMode;
import dev.adjoint.graph.saved.Saving;
import dev.adjoint.graph.trace.AnomalyCheck;
import dev.adjoint.graph.trace.Tracing;
import dev.adjoint.memory.Fusion;
import dev.adjoint.memory.Fusion.Source;
import dev.adjoint.memory.OpenDevice;
import dev.adjoint.memory.Storage;
import dev.adjoint.memory.layout.Layout;
import dev.adjoint.memory.layout.Order;
import dev.adjoint.op.BinaryOp;
import dev.adjoint.op.Compute;
import dev.adjoint.op.Derivative;
import dev.adjoint.op.Elementwise;
import dev.adjoint.spi.Row;
import dev.adjoint.type.DType;
import dev.adjoint.type.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The part of the door through which memory that somebody can see is overwritten: operations with a
/// trailing underscore, copies, and optimisers' updates. See [Overwriting] for the rules.
public final class InPlace {
  private static final EagerTensor[] NO_RESULTS = {};

  private InPlace() {}

  /// Runs an elementwise operation that overwrites its first input.
  public static Tensor apply(Elementwise op, Number[] parameters, Tensor... inputs) {
    return apply(Overwriting.writer(op), op, parameters, inputs);
  }

  /// The same, on behalf of what messages name as the writer.
  public static Tensor apply(String writer, Elementwise op, Number[] parameters, Tensor... inputs) {
    EagerTensor[] in = Dispatch.eager(inputs);
    EagerTensor target = in[0];
    OpenDevice device = Placement.ofTarget(op, in);
    Shape shape = Dispatch.broadcast(op, in);
    DType type = Dispatch.computeType(op, in, parameters);
    Overwriting.check(
        writer, target, shape, op.row().family().yieldsBool() ? target.dtype() : type, in);
    OpNode node = target.dtype().isFloating() ? Dispatch.record(op, in, parameters, 1) : null;
    int bits = node == null ? 0 : node.saves();
    if (node != null) {
      saveInputs(node, bits, target, in);
    }
    AnomalyCheck.@Nullable Call call = AnomalyCheck.call(in);
    Overwriting.separate(target, in);
    Source[] sources = Dispatch.arguments(op, device, in, parameters, shape, type);
    boolean result = (bits & Derivative.OUTPUT) != 0;
    boolean packs = result && Saving.packs();
    if (packs) {
      storePacked(
          target,
          Fusion.apply(device, op.row(), type, shape, sources),
          requireNonNull(node),
          writer);
    } else {
      store(target, op.row(), type, sources, Tracing.located(writer));
    }
    if (node != null) {
      Overwriting.rebase(target, node);
    }
    if (node != null && result && !packs) {
      node.saveResult(target);
    }
    if (call != null) {
      call.returned(writer, parameters, target);
    }
    return target;
  }

  /// Walks the target, and what is read for it, in the order in which it lies.
  private static void store(
      EagerTensor target, Row row, DType type, Source[] sources, String writer) {
    Layout layout = target.layout();
    int[] order = target.isContiguous() ? null : Order.of(layout);
    Fusion.store(
        target.storage(),
        order == null ? layout : layout.permute(order),
        row,
        type,
        Dispatch.inOrder(sources, order),
        writer);
  }

  /// Saves the inputs before the write, and of the target a copy.
  private static void saveInputs(OpNode node, int bits, EagerTensor target, EagerTensor[] in) {
    EagerTensor[] saving = in;
    if ((bits & 1) != 0) {
      saving = in.clone();
      saving[0] = Overwriting.copyOfOriginal(target);
    }
    node.save(bits & 0xff, saving, NO_RESULTS);
  }

  /// Shows a result to the hooks of saved tensors before it is written: one that throws then leaves the
  /// target as it was.
  private static void storePacked(EagerTensor target, Storage result, OpNode node, String writer) {
    try (HandleScope _ = HandleScope.open()) {
      EagerTensor y = EagerTensor.of(result, Layout.contiguous(target.shape()));
      EagerTensor kept = (EagerTensor) GradMode.with(false, () -> y.to(target.dtype()));
      kept.setHistory(new Node.Slot(node, 0));
      save(node, kept);
      copyInto(target, kept, writer);
    }
  }

  private static void save(OpNode node, EagerTensor result) {
    try {
      node.saveResult(result);
    } catch (Throwable e) {
      node.dropSaved();
      throw e;
    }
  }

  /// Overwrites the first input with the result of a structured operation on it.
  public static Tensor compute(Compute op, Tensor... inputs) {
    EagerTensor[] in = Dispatch.eager(inputs);
    EagerTensor target = in[0];
    String writer = Overwriting.writer(op);
    Placement.requireSame(op, in);
    Overwriting.check(writer, target, target.shape(), target.dtype(), in);
    AnomalyCheck.@Nullable Call call = AnomalyCheck.call(in);
    try (HandleScope _ = HandleScope.open()) {
      EagerTensor result = (EagerTensor) Dispatch.forward(op, inputs).getFirst();
      Overwriting.check(writer, target, result.shape(), result.dtype(), in);
      OpNode node = Dispatch.record(op, in, null, 1);
      int bits = node == null ? 0 : node.saves();
      if (node != null) {
        saveInputs(node, bits, target, in);
      }
      boolean saves = (bits & Derivative.OUTPUT) != 0;
      boolean packs = saves && Saving.packs();
      if (packs) {
        result.setHistory(new Node.Slot(requireNonNull(node), 0));
        save(node, result);
      }
      copyInto(target, result, writer);
      if (node != null) {
        Overwriting.rebase(target, node);
      }
      if (node != null && saves && !packs) {
        node.saveResult(target);
      }
    }
    if (call != null) {
      call.returned(writer, null, target);
    }
    return target;
  }

  /// Overwrites the target with another tensor's elements, converted, stretched, and brought over
  /// when they are on another device.
  ///
  /// @param writer what messages name as the writer
  public static Tensor copy(String writer, Compute op, Tensor target, Tensor source) {
    EagerTensor[] in = Dispatch.eager(new Tensor[] {target, source});
    EagerTensor to = in[0];
    Shape shape = Dispatch.broadcast(op, in);
    Overwriting.check(writer, to, shape, to.dtype(), in);
    OpNode node = to.dtype().isFloating() ? Dispatch.record(op, in, null, 1) : null;
    AnomalyCheck.@Nullable Call call = AnomalyCheck.call(in);
    EagerTensor from = Placement.brought(in[1], to);
    copyInto(to, from, writer);
    if (from != in[1]) {
      from.close();
    }
    if (node != null) {
      Overwriting.rebase(to, node);
    }
    if (call != null) {
      call.returned(writer, null, target);
    }
    return target;
  }

  /// Writes an operand's elements, converted and stretched, without recording.
  static void copyInto(EagerTensor target, EagerTensor source, String writer) {
    EagerTensor[] in = {target, source};
    Overwriting.separate(target, in);
    Source[] sources = {new Source(in[1].storage(), in[1].layout().expand(target.shape()))};
    store(target, Row.CAST, target.dtype(), sources, Tracing.located(writer));
  }

  /// Adds a gradient to a sum that only the backward pass can see, so nothing is left to check.
  static void accumulate(EagerTensor sum, EagerTensor g) {
    Source[] both = {
      new Source(sum.storage(), sum.layout()), new Source(g.storage(), g.layout()),
    };
    store(sum, BinaryOp.ADD.row(), sum.dtype(), both, "add_");
  }

  /// Overwrites tensors of one shape with values computed from them, in one launch and without
  /// recording; made for optimisers. The values are closed: they were computed nowhere else.
  public static void assign(String writer, List<Tensor> targets, List<Tensor> values) {
    int n = targets.size();
    Storage[] to = new Storage[n];
    Layout[] layouts = new Layout[n];
    Source[] from = new Source[n];
    for (int i = 0; i < n; i++) {
      EagerTensor t = (EagerTensor) targets.get(i);
      EagerTensor v = (EagerTensor) values.get(i);
      to[i] = t.storage();
      layouts[i] = t.layout();
      from[i] = new Source(v.storage(), v.layout());
      GradMode.with(false, () -> Overwriting.checked(writer, t, v));
      Overwriting.announce(t);
    }
    if (layouts[0].shape().elements() > 0) {
      Fusion.assign(to, layouts, from, writer);
    }
    values.forEach(Tensor::close);
  }
}
