package dev.adjoint.graph;

import static java.util.Objects.requireNonNull;

import dev.adjoint.Tensor;
import dev.adjoint.graph.mode.GradMode;
import dev.adjoint.graph.trace.AnomalyCheck;
import dev.adjoint.memory.Fusion;
import dev.adjoint.memory.Fusion.Source;
import dev.adjoint.memory.OpenDevice;
import dev.adjoint.memory.Scalars;
import dev.adjoint.memory.Storage;
import dev.adjoint.memory.Window;
import dev.adjoint.memory.layout.Layout;
import dev.adjoint.memory.layout.Order;
import dev.adjoint.op.Compute;
import dev.adjoint.op.Elementwise;
import dev.adjoint.op.Op;
import dev.adjoint.op.UnaryOp;
import dev.adjoint.op.ViewOp;
import dev.adjoint.type.DType;
import dev.adjoint.type.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The one door from an operation to a kernel: it checks, launches and records.
///
/// Everything that can be wrong is found before anything is written or recorded.
public final class Dispatch {
  private static final Number[] NO_NUMBERS = {};

  /// For the order in which operands lie.
  private static final int[] AS_OPERANDS = {};

  private Dispatch() {}

  /// Runs an elementwise operation out of place.
  public static Tensor apply(Elementwise op, Tensor... inputs) {
    return apply(op, NO_NUMBERS, inputs);
  }

  /// Runs an elementwise operation whose row takes numbers after its inputs.
  public static Tensor apply(Elementwise op, Number[] parameters, Tensor... inputs) {
    EagerTensor[] in = eager(inputs);
    return run(op, parameters, computeType(op, in, parameters), in, AS_OPERANDS);
  }

  /// The same, but the result is row-major, however the operands lie.
  public static Tensor applyInRowMajor(Elementwise op, Tensor... inputs) {
    EagerTensor[] in = eager(inputs);
    return run(op, NO_NUMBERS, computeType(op, in, NO_NUMBERS), in, null);
  }

  /// Copies to another element type, or to fresh memory in the same.
  public static Tensor convert(UnaryOp op, Tensor input, DType type) {
    return run(op, NO_NUMBERS, type, eager(new Tensor[] {input}), AS_OPERANDS);
  }

  /// Copies to fresh memory in row-major order.
  public static Tensor copy(Tensor input) {
    return copy(input, null);
  }

  /// Copies to fresh memory in which dimensions lie in an order; null is their own.
  static Tensor copy(Tensor input, int @Nullable [] order) {
    EagerTensor[] in = eager(new Tensor[] {input});
    return run(UnaryOp.CLONE, NO_NUMBERS, input.dtype(), in, order);
  }

  static DType computeType(Elementwise op, EagerTensor[] in, Number[] parameters) {
    if (op.isParticular()) {
      DType[] types = new DType[in.length];
      for (int i = 0; i < types.length; i++) {
        types[i] = in[i].dtype();
      }
      op.requireTypes(types);
    }
    return op.computeType(Promotion.of(op.condition(), in, parameters));
  }

  /// The order in which a result of operands lies; null for row-major.
  private static int @Nullable [] order(EagerTensor[] in, Shape shape) {
    Layout leading = in[0].layout();
    if (shape.rank() < 2 || leading.isContiguous() && leading.shape().equals(shape)) {
      return null;
    }
    return stretched(in, shape);
  }

  private static int @Nullable [] stretched(EagerTensor[] in, Shape shape) {
    int first = 0;
    Layout[] layouts = new Layout[in.length];
    for (EagerTensor t : in) {
      Layout layout = t.layout();
      if (t.storage().elements() == 1) {
        continue; // a number, however it is stretched
      }
      if (first == 0 && layout.isContiguous() && layout.shape().equals(shape)) {
        return null;
      }
      layouts[first++] = layout.expand(shape);
    }
    return first == 0 ? null : Order.of(Arrays.copyOf(layouts, first));
  }

  /// @param lying the order in which the result lies; null for row-major, empty for the operands'
  private static Tensor run(
      Elementwise op, Number[] parameters, DType type, EagerTensor[] in, int @Nullable [] lying) {
    OpenDevice device = Placement.of(op, in);
    Shape shape = broadcast(op, in);
    int[] order = lying != null && lying.length == 0 ? order(in, shape) : lying;
    DType result = op.row().family().yieldsBool() ? DType.BOOL : type;
    OpNode node = result.isFloating() ? record(op, in, parameters, 1) : null;
    Source[] sources = arguments(op, device, in, parameters, shape, type);
    AnomalyCheck.@Nullable Call call = AnomalyCheck.call(in);
    Layout fresh = Order.dense(shape, order);
    Shape walked = order == null ? shape : fresh.permute(order).shape();
    Storage out = Fusion.apply(device, op.row(), type, walked, inOrder(sources, order));
    EagerTensor y = EagerTensor.of(out, fresh);
    if (node != null) {
      y.setHistory(new Node.Slot(node, 0));
      int bits = node.saves();
      if (bits != 0) {
        node.save(bits, in, new EagerTensor[] {y});
      }
    }
    if (call != null) {
      call.returned(op.label(), parameters, y);
    }
    return y;
  }

  /// The same operands with their dimensions in an order.
  static Source[] inOrder(Source[] sources, int @Nullable [] order) {
    for (int i = 0; order != null && i < sources.length; i++) {
      sources[i] = new Source(sources[i].storage(), sources[i].layout().permute(order));
    }
    return sources;
  }

  /// Runs a structured operation.
  public static List<Tensor> compute(Compute op, Tensor... inputs) {
    EagerTensor[] in = eager(inputs);
    Placement.requireSame(op, in);
    AnomalyCheck.@Nullable Call call = AnomalyCheck.call(in);
    List<Tensor> results;
    try (Window _ = Window.open();
        HandleScope scope = HandleScope.open()) {
      results = forward(op, inputs);
      for (int i = 0; i < results.size(); i++) {
        EagerTensor r = (EagerTensor) results.get(i);
        scope.pass(r);
      }
    }
    OpNode node = record(op, in, null, results.size());
    if (node != null) {
      EagerTensor[] out = new EagerTensor[results.size()];
      for (int i = 0; i < out.length; i++) {
        out[i] = (EagerTensor) results.get(i);
        if (out[i].dtype().isFloating() && op.differentiable(i)) {
          out[i].setHistory(new Node.Slot(node, i));
        }
      }
      int bits = node.saves();
      if (bits != 0) {
        node.save(bits, in, out);
      }
    }
    if (call != null) {
      call.returned(op.label(), null, results.toArray(Tensor[]::new));
    }
    return results;
  }

  /// Runs what a structured operation is made of, which is neither recorded nor watched.
  static List<Tensor> forward(Compute op, Tensor[] inputs) {
    Supplier<List<Tensor>> body = () -> op.compute(List.of(inputs));
    return GradMode.with(
        false, AnomalyCheck.active() == null ? body : () -> AnomalyCheck.unwatched(body));
  }

  /// Runs a structured operation that has one result.
  public static Tensor single(Compute op, Tensor... inputs) {
    return compute(op, inputs).getFirst();
  }

  /// Another layout over the same memory.
  public static Tensor view(ViewOp op, Tensor input) {
    return views(op, input).getFirst();
  }

  /// Other layouts over the same memory, all results of one node.
  public static List<Tensor> views(ViewOp op, Tensor input) {
    EagerTensor in = (EagerTensor) input;
    Storage storage = in.storage();
    List<Layout> layouts = op.layouts(in.layout());
    OpNode node =
        in.dtype().isFloating() && !in.isInference()
            ? record(op, new EagerTensor[] {in}, null, layouts.size())
            : null;
    List<Tensor> out = new ArrayList<>(layouts.size());
    for (int i = 0; i < layouts.size(); i++) {
      EagerTensor t = EagerTensor.alias(storage, layouts.get(i), false);
      if (node != null) {
        t.setHistory(new Node.Slot(node, i));
      }
      t.view = ViewInfo.of(in, op, i);
      out.add(t);
    }
    return out;
  }

  static @Nullable OpNode record(
      Op op, EagerTensor[] inputs, Number @Nullable [] parameters, int outputs) {
    boolean any = false;
    for (EagerTensor t : inputs) {
      any |= t.requiresGrad();
    }
    if (!any || !GradMode.isEnabled()) {
      return null;
    }
    OpNode node = new OpNode(op, inputs, parameters, outputs);
    InferenceMode.checkSaved(node, inputs);
    return node;
  }

  /// A row's arguments: the inputs in its order, then the parameters.
  static Source[] arguments(
      Elementwise op,
      OpenDevice device,
      EagerTensor[] in,
      Number[] parameters,
      Shape shape,
      DType type) {
    Source[] sources = new Source[in.length + parameters.length];
    for (int i = 0; i < in.length; i++) {
      EagerTensor t = in[op.argument(i)];
      Storage storage = t.storage();
      boolean here = storage.device() == device;
      sources[i] =
          new Source(
              here ? storage : Placement.number(t, device),
              (here ? t.layout() : Layout.contiguous(Shape.SCALAR)).expand(shape));
    }
    for (int i = 0; i < parameters.length; i++) {
      DType taken = type.arithmetic();
      Storage number = Storage.constant(device, taken, 1, Scalars.bits(parameters[i], taken));
      sources[in.length + i] = new Source(number, sources[0].layout());
    }
    return sources;
  }

  static EagerTensor[] eager(Tensor[] inputs) {
    EagerTensor[] in = new EagerTensor[inputs.length];
    for (int i = 0; i < in.length; i++) {
      in[i] = (EagerTensor) requireNonNull(inputs[i], "an operand is null");
      in[i].storage();
    }
    return in;
  }

  static Shape broadcast(Op op, EagerTensor[] in) {
    Shape shape = in[0].layout().shape();
    for (int i = 1; i < in.length; i++) {
      Shape other = in[i].layout().shape();
      if (!shape.equals(other)) {
        shape = shape.broadcast(other, op.label().toLowerCase(Locale.ROOT));
      }
    }
    return shape;
  }
}
