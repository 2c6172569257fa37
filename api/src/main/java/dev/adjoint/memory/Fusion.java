package dev.adjoint.memory;

import static java.util.Objects.requireNonNull;

import dev.adjoint.spi.Reducer;
import dev.adjoint.spi.Row;
import dev.adjoint.type.DType;
import dev.adjoint.type.Shape;
import java.util.Arrays;
import java.util.List;
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
  public static Storage apply(
      OpenDevice device, Row row, DType type, Shape shape, Source... sources) {
    int weight = 1;
    for (Source s : sources) {
      prepare(s);
      weight += s.storage().pendingWeight();
    }
    if (weight > MAX_INSTRUCTIONS) {
      for (Source s : sources) {
        // Not a number, which is one element in memory, read by a layout of many.
        Pending p = s.storage().pending();
        if (p != null && !p.isConstant()) {
          realize(s.storage());
        }
      }
    }
    Window window = Window.current();
    if (window != null) {
      Storage result = Storage.pending(device, shape.elements(), Pending.of(row, type, sources));
      window.offer(result);
      return result;
    }
    DType stored = row.family().yieldsBool() ? DType.BOOL : type;
    Storage result = Storage.allocate(device, stored, shape.elements());
    write(result, Layout.contiguous(shape), row, type, sources, null);
    return result;
  }

  /// Only a value read in its own order can join a program; others are computed first.
  private static void prepare(Source source) {
    Storage storage = source.storage();
    Pending p = storage.pending();
    if (p != null && !p.isConstant()) {
      Layout layout = source.layout();
      if (!layout.covers(storage.elements()) || !layout.shape().equals(shapeOf(storage, p))) {
        realize(storage);
      }
    }
  }

  private static Shape shapeOf(Storage storage, Pending p) {
    return p.sources.length == 0 ? Shape.of(storage.elements()) : p.sources[0].layout().shape();
  }

  /// Stores a row's result through a layout of memory that already holds something.
  ///
  /// @param writer the operation's name, for messages about this write; null fills fresh memory
  public static void store(
      Storage target,
      Layout layout,
      Row row,
      DType type,
      Source[] sources,
      @Nullable String writer) {
    for (Source s : sources) {
      prepare(s);
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
        target.forWriting(layout, new long[0], writer);
      }
      return;
    }
    if (SingleRow.launch(target, layout, row, type, sources, writer)) {
      return;
    }
    try (ProgramBuilder builder = ProgramBuilder.open()) {
      DType yielded = row.family().yieldsBool() ? DType.BOOL : type;
      builder.output(builder.cast(builder.apply(row, type, sources), yielded, target.type()));
      ProgramLaunch.of(builder, new Storage[] {target}, new Layout[] {layout}, row.name(), writer);
    }
  }

  /// Overwrites several places of one shape with pending values that may read them, in one launch.
  ///
  /// @param values pending over the shape, or in memory; not to be read afterwards
  public static void assign(Storage[] targets, Layout[] layouts, Storage[] values, String writer) {
    try (ProgramBuilder builder = ProgramBuilder.open()) {
      Layout dense = Layout.contiguous(layouts[0].shape());
      for (int i = 0; i < targets.length; i++) {
        Source value = new Source(values[i], dense);
        prepare(value);
        builder.output(builder.value(value, targets[i].type()));
      }
      Window.flushExcept(values);
      ProgramLaunch.of(builder, targets, layouts, writer, writer);
    }
  }

  /// Folds the last dimensions of a value into fresh memory.
  ///
  /// @param layout of the value, kept dimensions first
  /// @param folded how many of the last dimensions are folded
  /// @param type the type of the folded values and of the result
  public static Storage fold(
      Reducer reducer, Storage value, Layout layout, int[] order, int folded, DType type) {
    Source source = new Source(value, layout);
    prepare(source);
    Shape shape = layout.permute(order).shape();
    Shape kept = Shape.of(Arrays.copyOf(shape.toArray(), shape.rank() - folded));
    Storage out = Storage.allocate(value.device(), type, kept.elements());
    if (kept.elements() > 0) {
      try (ProgramBuilder builder = ProgramBuilder.open()) {
        builder.output(builder.value(source, type));
        ProgramLaunch.fold(builder, reducer, order, shape, kept, out);
      }
    }
    return out;
  }

  static void realize(Storage storage) {
    if (storage.isPending()) {
      synchronized (storage) {
        Pending p = storage.pending();
        if (p != null) {
          launch(shapeOf(storage, p), storage);
        }
      }
    }
  }

  /// Computes values that all are pending; neighbours of one shape together.
  static void realizeAll(List<Storage> storages) {
    int first = 0;
    int weight = 0;
    Shape shape = Shape.SCALAR;
    for (int i = 0; i < storages.size(); i++) {
      Storage s = storages.get(i);
      Pending p = requireNonNull(s.pending());
      Shape own = shapeOf(s, p);
      if (i > first
          && (!own.equals(shape)
              || storages.get(first).device() != s.device()
              || weight + p.weight > MAX_INSTRUCTIONS
              || i - first == MAX_OUTPUTS)) {
        launch(shape, part(storages, first, i));
        first = i;
        weight = 0;
      }
      shape = own;
      weight += p.weight;
    }
    if (first < storages.size()) {
      launch(shape, part(storages, first, storages.size()));
    }
  }

  private static Storage[] part(List<Storage> storages, int from, int to) {
    Storage[] part = new Storage[to - from];
    for (int i = 0; i < part.length; i++) {
      part[i] = storages.get(from + i);
    }
    return part;
  }

  private static void launch(Shape shape, Storage... targets) {
    Storage first = targets[0];
    Pending only = first.pending();
    if (targets.length == 1 && only != null && only.row != null && only.weight == 1) {
      write(first, Layout.contiguous(shape), only.row, only.type, only.sources, null);
      first.realized();
      return;
    }
    if (shape.elements() > 0) {
      try (ProgramBuilder builder = ProgramBuilder.open()) {
        Layout[] layouts = new Layout[targets.length];
        Arrays.fill(layouts, Layout.contiguous(shape));
        for (Storage s : targets) {
          builder.output(builder.value(new Source(s, layouts[0]), s.type()));
        }
        ProgramLaunch.of(builder, targets, layouts, first.pendingName(), null);
      }
    }
    for (Storage s : targets) {
      s.realized();
    }
  }
}
