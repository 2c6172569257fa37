package dev.adjoint.memory;

import dev.adjoint.memory.Pending.Source;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Operand;
import dev.adjoint.spi.Program;
import dev.adjoint.spi.Reducer;
import dev.adjoint.spi.Row;
import dev.adjoint.type.DType;
import dev.adjoint.type.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Makes pending values real: one program for all that share a shape, launched once.
public final class Fusion {
  /// Longest program, and most values stored by one; beyond, intermediate values are stored.
  private static final int MAX_INSTRUCTIONS = 32;

  private static final int MAX_OUTPUTS = 8;

  private Fusion() {}

  /// The result of a row over arguments laid out in the result's shape; pending in a [Window].
  ///
  /// @param type the type the row computes in; arguments of other types are converted
  /// @param layouts one per argument, all of the result's shape
  public static Storage apply(
      OpenDevice device, Row row, DType type, Shape shape, Storage[] storages, Layout[] layouts) {
    Source[] sources = new Source[storages.length];
    int weight = 1;
    for (int i = 0; i < sources.length; i++) {
      sources[i] = new Source(storages[i], layouts[i]);
      prepare(storages[i], layouts[i]);
      weight += storages[i].pendingWeight();
    }
    if (weight > MAX_INSTRUCTIONS) {
      for (Storage s : storages) {
        realize(s);
      }
    }
    if (Window.isOpen()) {
      Storage result = Storage.pending(device, shape.elements(), Pending.of(row, type, sources));
      Window.offer(result);
      return result;
    }
    DType stored = row.family().yieldsBool() ? DType.BOOL : type;
    Storage result = Storage.allocate(device, stored, shape.elements());
    write(result, Layout.contiguous(shape), row, type, sources, null);
    return result;
  }

  /// Only a value read in its own order can join a program; others are computed first.
  private static void prepare(Storage storage, Layout layout) {
    Pending p = storage.pending();
    if (p != null && !p.isConstant()) {
      if (!layout.covers(storage.elements()) || !layout.shape().equals(shapeOf(storage, p))) {
        realize(storage);
      }
    }
  }

  private static Shape shapeOf(Storage storage, Pending p) {
    return p.sources.length == 0
        ? Shape.of(storage.elements())
        : p.sources[0].layout().shape();
  }

  /// Stores a row's result through a layout of memory that already holds something.
  ///
  /// @param writer the operation's name, for messages about this write; null fills fresh memory
  public static void store(
      Storage target,
      Layout layout,
      Row row,
      DType type,
      Storage[] storages,
      Layout[] layouts,
      @Nullable String writer) {
    Source[] sources = new Source[storages.length];
    for (int i = 0; i < sources.length; i++) {
      sources[i] = new Source(storages[i], layouts[i]);
      prepare(storages[i], layouts[i]);
    }
    write(target, layout, row, type, sources, writer);
  }

  private static void write(
      Storage target,
      Layout layout,
      Row row,
      DType type,
      Source[] sources,
      @Nullable String writer) {
    if (layout.shape().elements() == 0) {
      if (writer != null) {
        target.forWriting(0, new long[0], writer);
      }
      return;
    }
    SingleRow single = SingleRow.of(row, type, sources, target.type());
    if (single != null) {
      writeSingle(target, layout, row, single, writer);
      return;
    }
    ProgramBuilder builder = new ProgramBuilder();
    DType yielded = row.family().yieldsBool() ? DType.BOOL : type;
    builder.output(builder.cast(builder.apply(row, type, sources), yielded, target.type()));
    Program program = builder.build();
    Iteration nest = nest(builder, layout.shape(), new Layout[] {layout}, layout.shape().rank());
    Operand[] operands = inputs(builder, nest, 1);
    int last = operands.length - 1;
    operands[last] =
        writer == null
            ? target.forFilling(layout.offset(), nest.strides[last])
            : target.forWriting(layout.offset(), nest.strides[last], writer);
    long[] scalars = builder.scalars();
    OpenDevice device = target.device();
    device.launch(new Launch.Elementwise(row.name(), program, nest.shape, operands, scalars));
  }

  private static void writeSingle(
      Storage target, Layout layout, Row row, SingleRow single, @Nullable String writer) {
    Source[] inputs = single.inputs;
    int n = inputs.length;
    boolean flat = layout.isContiguous();
    for (Source s : inputs) {
      flat &= s.layout().isContiguous();
    }
    Iteration nest = flat ? Iteration.flat(layout.shape().elements(), n + 1) : nest(inputs, layout);
    Operand[] operands = new Operand[n + 1];
    for (int i = 0; i < n; i++) {
      operands[i] = inputs[i].storage().forReading(inputs[i].layout().offset(), nest.strides[i]);
    }
    operands[n] =
        writer == null
            ? target.forFilling(layout.offset(), nest.strides[n])
            : target.forWriting(layout.offset(), nest.strides[n], writer);
    target
        .device()
        .launch(
            new Launch.Elementwise(
                row.name(), single.program, nest.shape, operands, single.scalars));
  }

  private static Iteration nest(Source[] inputs, Layout layout) {
    long[][] strides = new long[inputs.length + 1][];
    for (int i = 0; i < inputs.length; i++) {
      strides[i] = inputs[i].layout().strides();
    }
    strides[inputs.length] = layout.strides();
    return Iteration.of(layout.shape().toArray(), strides, layout.shape().rank());
  }

  /// Overwrites several places of one shape with pending values that may read them, in one launch.
  ///
  /// @param values pending over the shape, or in memory; not to be read afterwards
  public static void assign(
      Storage[] targets, Layout[] layouts, Storage[] values, String writer) {
    Shape shape = layouts[0].shape();
    ProgramBuilder builder = new ProgramBuilder();
    Layout dense = Layout.contiguous(shape);
    for (int i = 0; i < targets.length; i++) {
      prepare(values[i], dense);
      builder.output(builder.value(new Source(values[i], dense), targets[i].type()));
    }
    Window.flushExcept(values);
    Program program = builder.build();
    Iteration nest = nest(builder, shape, layouts, shape.rank());
    Operand[] operands = inputs(builder, nest, targets.length);
    for (int i = 0; i < targets.length; i++) {
      int at = builder.inputs.size() + i;
      operands[at] = targets[i].forWriting(layouts[i].offset(), nest.strides[at], writer);
    }
    OpenDevice device = targets[0].device();
    device.launch(
        new Launch.Elementwise(writer, program, nest.shape, operands, builder.scalars()));
  }

  /// Folds the last dimensions of a value into fresh memory.
  ///
  /// @param layout of the value, kept dimensions first
  /// @param folded how many of the last dimensions are folded
  /// @param type the type of the folded values and of the result
  public static Storage fold(
      Reducer reducer, Storage value, Layout layout, int[] order, int folded, DType type) {
    prepare(value, layout);
    ProgramBuilder builder = new ProgramBuilder();
    builder.output(builder.value(new Source(value, layout), type));
    Program program = builder.build();
    Shape shape = layout.permute(order).shape();
    int kept = shape.rank() - folded;
    long[] keptSizes = Arrays.copyOf(shape.toArray(), kept);
    Shape result = Shape.of(keptSizes);
    Storage out = Storage.allocate(value.device(), type, result.elements());
    if (result.elements() == 0) {
      return out;
    }
    Layout dense = Layout.contiguous(result);
    long[][] strides = new long[builder.inputs.size() + 1][];
    for (int i = 0; i < builder.inputs.size(); i++) {
      strides[i] = builder.inputs.get(i).layout().permute(order).strides();
    }
    strides[strides.length - 1] = Arrays.copyOf(dense.strides(), shape.rank());
    Iteration nest = Iteration.of(shape.toArray(), strides, kept);
    Operand[] operands = inputs(builder, nest, 1);
    operands[operands.length - 1] =
        out.forFilling(
            0, Arrays.copyOf(nest.strides[operands.length - 1], nest.kept));
    value
        .device()
        .launch(
            new Launch.Fold(
                reducer.name().toLowerCase(Locale.ROOT),
                reducer,
                program,
                nest.shape,
                nest.shape.length - nest.kept,
                operands,
                builder.scalars()));
    return out;
  }

  static void realize(Storage storage) {
    if (storage.isPending()) {
      synchronized (storage) {
        realizeAll(List.of(storage));
      }
    }
  }

  static void realizeAll(List<Storage> storages) {
    List<Storage> batch = new ArrayList<>(2);
    Shape shape = Shape.SCALAR;
    int weight = 0;
    for (Storage s : storages) {
      Pending p = s.pending();
      if (p == null) {
        continue;
      }
      Shape own = shapeOf(s, p);
      if (!batch.isEmpty()
          && (!own.equals(shape)
              || batch.getFirst().device() != s.device()
              || weight + p.weight > MAX_INSTRUCTIONS
              || batch.size() == MAX_OUTPUTS)) {
        launch(batch, shape);
        batch.clear();
        weight = 0;
      }
      shape = own;
      weight += p.weight;
      batch.add(s);
    }
    if (!batch.isEmpty()) {
      launch(batch, shape);
    }
  }

  private static void launch(List<Storage> targets, Shape shape) {
    Storage first = targets.getFirst();
    Pending only = first.pending();
    if (targets.size() == 1 && only != null && only.row != null && only.weight == 1) {
      write(first, Layout.contiguous(shape), only.row, only.type, only.sources, null);
      first.realized();
      return;
    }
    if (shape.elements() > 0) {
      ProgramBuilder builder = new ProgramBuilder();
      Layout dense = Layout.contiguous(shape);
      Layout[] outputs = new Layout[targets.size()];
      for (int i = 0; i < outputs.length; i++) {
        builder.output(builder.value(new Source(targets.get(i), dense), targets.get(i).type()));
        outputs[i] = dense;
      }
      Program program = builder.build();
      Iteration nest = nest(builder, shape, outputs, shape.rank());
      Operand[] operands = inputs(builder, nest, outputs.length);
      for (int i = 0; i < outputs.length; i++) {
        int at = builder.inputs.size() + i;
        operands[at] = targets.get(i).forFilling(0, nest.strides[at]);
      }
      OpenDevice device = targets.getFirst().device();
      String op = targets.getFirst().pendingName();
      device.launch(
          new Launch.Elementwise(op, program, nest.shape, operands, builder.scalars()));
    }
    for (Storage s : targets) {
      s.realized();
    }
  }

  private static Iteration nest(
      ProgramBuilder builder, Shape shape, Layout[] outputs, int boundary) {
    int count = builder.inputs.size() + outputs.length;
    boolean flat = true;
    for (Source s : builder.inputs) {
      flat &= s.layout().isContiguous();
    }
    for (Layout l : outputs) {
      flat &= l.isContiguous();
    }
    if (flat) {
      return Iteration.flat(shape.elements(), count);
    }
    long[][] strides = new long[count][];
    for (int i = 0; i < count; i++) {
      boolean input = i < builder.inputs.size();
      Layout l = input ? builder.inputs.get(i).layout() : outputs[i - builder.inputs.size()];
      strides[i] = l.strides();
    }
    return Iteration.of(shape.toArray(), strides, boundary);
  }

  private static Operand[] inputs(ProgramBuilder builder, Iteration nest, int outputs) {
    int n = builder.inputs.size();
    Operand[] operands = new Operand[n + outputs];
    for (int i = 0; i < n; i++) {
      Source s = builder.inputs.get(i);
      operands[i] = s.storage().forReading(s.layout().offset(), nest.strides[i]);
    }
    return operands;
  }
}
