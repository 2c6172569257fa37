package dev.adjoint.memory;

import dev.adjoint.memory.layout.Layout;
import dev.adjoint.spi.Launch;
import dev.adjoint.spi.Row;
import dev.adjoint.type.DType;
import dev.adjoint.type.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Rows over values: a result waits, or is computed along with the pending values that it reads. The
/// result of a kernel may wait too, alone.
public final class Fusion {
  /// What an argument of a row reads: a storage through a layout of the result's shape.
  public record Source(Storage storage, Layout layout) {}

  private Fusion() {}

  /// Shows, unless seen, whose memory a value keeps: its own, or that which a pending one is computed from.
  public static void showKept(Storage value, Set<Storage> seen, Consumer<Storage> inMemory) {
    Pending p = value.pending();
    if (!seen.add(value)) {
      return;
    }
    if (p == null) {
      inMemory.accept(value);
    } else {
      for (Source s : p.sources) {
        showKept(s.storage(), seen, inMemory);
      }
    }
  }

  /// The result of a row over arguments laid out in the result's shape; pending if it is worth to wait,
  /// or in a [Window].
  ///
  /// @param type the type the row computes in; arguments of other types are converted
  public static Storage apply(
      OpenDevice device, Row row, DType type, Shape shape, Source... sources) {
    long elements = shape.elements();
    Storage number = elements == 1 ? WaitingSums.number(device, row, type, sources) : null;
    if (number != null) {
      return number;
    }
    for (Source s : sources) {
      prepare(s);
    }
    boolean waits = Deferral.waits(elements);
    boolean exposed = waits && Deferral.readExposed(sources);
    Window window = Window.current();
    Window keeper = window != null && Deferral.isKept(device, elements) ? window : null;
    boolean isTooMuch =
        keeper != null
            ? keeper.isFullWith(sources)
            : Deferral.isTooMuch(sources, elements * type.bytes(), waits);
    if (exposed && window == null || isTooMuch) {
      if (window != null) {
        window.compute();
      }
      computeAll(sources);
    }
    if (window != null || waits && !exposed) {
      Pending p =
          keeper != null
              ? Pending.kept(row, type, sources, keeper)
              : Pending.of(row, type, waits ? Deferral.ownNumbers(sources) : sources, waits);
      Storage result = Storage.pending(device, elements, p);
      Dependents.Entry entry = waits ? p.watch(result) : null;
      if (entry != null && !exposed) {
        Window.outlives(entry);
      } else if (window != null) {
        window.offer(result, keeper != null);
      }
      return result;
    }
    return atOnce(device, row, type, shape, sources);
  }

  private static Storage atOnce(
      OpenDevice device, Row row, DType type, Shape shape, Source[] sources) {
    DType stored = row.family().yieldsBool() ? DType.BOOL : type;
    Storage result = Storage.allocate(device, stored, shape.elements());
    write(result, Layout.contiguous(shape), row, type, sources, null);
    return result;
  }

  /// Whether a result of so many elements outlives windows that is made of these.
  public static boolean waits(long elements, Source... read) {
    return Deferral.waits(elements) && !Deferral.readExposed(read);
  }

  /// The only result of a kernel that waits as a row's would; null where none does.
  ///
  /// @param call without operands, which are what it reads, in memory, and then the result
  public static @Nullable Storage waiting(
      OpenDevice device, Launch.Call call, DType type, long elements, Source... read) {
    if (!waits(elements, read)) {
      return null;
    }
    for (Source s : read) {
      if (s.storage().isPending()) {
        Realization.of(s.storage());
      }
    }
    Pending p = Pending.of(call, type, read);
    Storage result = Storage.pending(device, elements, p);
    Window.outlives(p.watch(result));
    return result;
  }

  /// Has work read what a value would be computed from that waits for a kernel, so that the value itself
  /// need not be in memory; null where it does not wait, or not for this kernel over these sizes.
  public static <T> @Nullable T insteadOf(
      Storage value, String kernel, long[] sizes, Function<Source[], T> work) {
    ReentrantLock turn = Deferral.turn(value);
    try {
      Pending p = value.pending();
      Launch.Call call = p == null || Recording.precedes(p) ? null : p.call;
      if (p == null
          || call == null
          || !call.kernel().name().equals(kernel)
          || !Arrays.equals(call.sizes(), sizes)) {
        return null;
      }
      Recording.checkMaker(value);
      return work.apply(p.sources);
    } finally {
      if (turn != null) {
        turn.unlock();
      }
    }
  }

  private static void computeAll(Source[] sources) {
    List<Storage> pending = new ArrayList<>();
    for (Source s : sources) {
      // Not a number, which is one element in memory, read by a layout of many.
      Pending p = s.storage().pending();
      if (p != null && !p.isConstant() && !pending.contains(s.storage())) {
        pending.add(s.storage());
      }
    }
    Realization.ofAll(pending);
  }

  /// Only a value read in its own order can join a program; others are computed first.
  static void prepare(Source source) {
    Storage storage = source.storage();
    Pending p = storage.pending();
    if (p != null && (p.isAlone() || p.needsSum || Recording.precedes(p))) {
      Realization.of(storage);
    } else if (p != null && !p.isConstant()) {
      Layout layout = source.layout();
      if (!layout.covers(storage.elements())
          || !layout.shape().equals(Realization.shapeOf(storage, p))) {
        Realization.of(storage);
      }
    }
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
    // Before the program takes a waiting value's operands, which may go once that is computed.
    Window.flush();
    ReentrantLock turn = Deferral.turn(target, sources);
    try {
      Dependents.settle(target);
      for (Source s : sources) {
        prepare(s);
      }
      write(target, layout, row, type, sources, writer);
    } finally {
      if (turn != null) {
        turn.unlock();
      }
    }
  }

  static void write(
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
  public static void assign(Storage[] targets, Layout[] layouts, Source[] values, String writer) {
    ReentrantLock turn = targets[0].device().takeTurn();
    try (ProgramBuilder builder = ProgramBuilder.open()) {
      Storage[] unread = new Storage[values.length];
      Arrays.setAll(unread, i -> values[i].storage());
      for (Storage target : targets) {
        Dependents.settle(target, unread);
      }
      for (int i = 0; i < targets.length; i++) {
        prepare(values[i]);
        builder.output(builder.value(values[i], targets[i].type()));
      }
      Window.flushExcept(unread);
      ProgramLaunch.of(builder, targets, layouts, writer, writer);
    } finally {
      turn.unlock();
    }
  }
}
