package dev.adjoint.memory;

import dev.adjoint.memory.Fusion.Source;
import dev.adjoint.spi.Reducer;
import dev.adjoint.spi.Row;
import dev.adjoint.type.DType;
import dev.adjoint.type.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The sums of one thread that wait for a launch over the elements which they add up: the gradients' of a
/// loss reads and computes much of what the loss itself does.
final class WaitingSums {
  /// How many wait at a time; with one more the oldest is computed.
  private static final int MOST = 8;

  private final List<Dependents.Entry> sums = new ArrayList<>();

  boolean isEmpty() {
    return sums.isEmpty();
  }

  void add(Dependents.Entry sum) {
    sums.removeIf(known -> !isDue(known.get()));
    if (sums.size() == MOST) {
      compute(sums.removeFirst());
    }
    sums.add(sum);
  }

  private static boolean isDue(@Nullable Storage sum) {
    return sum != null && sum.isPending() && (sum.isHeld() || sum.isUsed());
  }

  /// Computes those that somebody holds, or numbers that wait are made of.
  void compute() {
    while (!sums.isEmpty()) {
      compute(sums.removeLast());
    }
  }

  private static void compute(Dependents.Entry entry) {
    Storage sum = entry.get();
    if (sum != null && isDue(sum) && sum.tryRetain()) {
      try {
        Realization.of(sum);
      } finally {
        sum.release();
      }
    }
  }

  /// Launches a program whose outputs fill contiguous memory of its shape, together with a sum that shares
  /// what it reads or computes. The caller has the device's turn.
  ///
  /// @return whether there is such a sum; nothing was launched otherwise
  boolean join(ProgramBuilder builder, Shape shape, Storage[] targets) {
    for (Dependents.Entry entry : sums) {
      Storage sum = entry.get();
      if (sum == null || !isDue(sum) || !sum.tryRetain()) {
        continue;
      }
      try {
        Pending p = sum.pending();
        if (p != null && sum.device() == targets[0].device() && joins(p, builder, shape)) {
          add(sum, p, builder, shape, targets);
          sums.remove(entry);
          return true;
        }
      } finally {
        sum.release();
      }
    }
    return false;
  }

  private static boolean joins(Pending sum, ProgramBuilder builder, Shape shape) {
    Source added = sum.sources[0];
    return added.layout().shape().equals(shape)
        && sum.era == Recording.era()
        && builder.hasRoomFor(added)
        && shares(added, builder)
        && walksInOrder(added)
        && Deferral.walkInOrder(builder.inputs());
  }

  private static boolean shares(Source part, ProgramBuilder builder) {
    Pending p = part.storage().pending();
    if (builder.has(part)) {
      return true;
    }
    for (int i = 0; p != null && i < p.sources.length; i++) {
      if (shares(p.sources[i], builder)) {
        return true;
      }
    }
    return false;
  }

  private static boolean walksInOrder(Source part) {
    Pending p = part.storage().pending();
    if (p == null) {
      return Deferral.walkInOrder(new Source[] {part});
    }
    for (Source s : p.sources) {
      if (!walksInOrder(s)) {
        return false;
      }
    }
    return true;
  }

  private static void add(
      Storage sum, Pending p, ProgramBuilder builder, Shape shape, Storage[] targets) {
    builder.output(builder.value(p.sources[0], p.type));
    ProgramLaunch.fold(builder, Reducer.SUM, order(shape), shape, Shape.SCALAR, sum, targets);
    sum.realized();
  }

  /// Computes any sum by a launch of its own; from now on it joins no other, not even that of something
  /// which it had better read from memory.
  void launch(Storage sum, Pending p) {
    sums.removeIf(known -> known.get() == sum);
    Source added = p.sources[0];
    Shape shape = added.layout().shape();
    Folds.fold(Reducer.SUM, added, order(shape), shape, Shape.SCALAR, sum);
    sum.realized();
  }

  /// A number made of sums that wait, as a mean or a loss that is scaled is: it waits too, so that these still
  /// may. Null where there is no sum among its sources, or in a walk.
  static @Nullable Storage number(OpenDevice device, Row row, DType type, Source[] sources) {
    if (!Pending.readSum(sources) || Window.isInWalk()) {
      return null;
    }
    for (Source s : sources) {
      Pending p = s.storage().pending();
      if (p == null || !p.isOfSums()) {
        Fusion.prepare(s);
      } else if (Recording.precedes(p)) {
        return null;
      }
    }
    if (Deferral.isTooMuch(sources, type.bytes(), false)) {
      return null;
    }
    Pending p = Pending.of(row, type, Deferral.ownNumbers(sources), true);
    Storage result = Storage.pending(device, 1, p);
    Window.outlives(p.watch(result));
    return result;
  }

  private static int[] order(Shape shape) {
    int[] order = new int[shape.rank()];
    Arrays.setAll(order, d -> d);
    return order;
  }
}
