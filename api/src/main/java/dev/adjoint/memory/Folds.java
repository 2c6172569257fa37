package dev.adjoint.memory;

import dev.adjoint.memory.Fusion.Source;
import dev.adjoint.memory.layout.Layout;
import dev.adjoint.memory.layout.Order;
import dev.adjoint.spi.Reducer;
import dev.adjoint.type.DType;
import dev.adjoint.type.Shape;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Folds of values. What such a value waits for becomes part of the launch.
public final class Folds {
  private Folds() {}

  /// The sum of all elements of a value that waits. It waits too, for whoever reads it or for the next
  /// launch over the same elements that shares what it is computed from, as the gradients' does, and until
  /// the next walk back ends. Null where the value does not wait, or will be read again.
  public static @Nullable Storage waitingSum(Storage value, Layout layout, DType type) {
    ReentrantLock turn = Deferral.turn(value);
    if (turn == null) {
      return null;
    }
    int[] lies = layout.isContiguous() ? null : Order.of(layout);
    Source source = new Source(value, lies == null ? layout : layout.permute(lies));
    try {
      Fusion.prepare(source);
      if (!value.isDeferred() || value.isShared()) {
        return null;
      }
      Pending p = Pending.ofSum(type, source);
      Storage result = Storage.pending(value.device(), 1, p);
      Window.sums().add(p.watch(result));
      return result;
    } finally {
      turn.unlock();
    }
  }

  /// Folds the last dimensions of a value into fresh memory.
  ///
  /// @param layout of the value, kept dimensions first
  /// @param folded how many of the last dimensions are folded
  /// @param type the type of the folded values and of the result
  public static Storage fold(
      Reducer reducer, Storage value, Layout layout, int[] order, int folded, DType type) {
    int[] lies = layout.isContiguous() ? null : Order.of(layout);
    return lies == null
        ? inOrder(reducer, value, layout, order, folded, type)
        : inOrder(
            reducer, value, layout.permute(lies), asItLies(order, folded, lies), folded, type);
  }

  private static Storage inOrder(
      Reducer reducer, Storage value, Layout layout, int[] order, int folded, DType type) {
    ReentrantLock turn = Deferral.turn(value);
    try {
      Fusion.prepare(new Source(value, layout));
      if (value.isDeferred() && value.isShared()) {
        Realization.of(value);
      }
      Shape shape = layout.permute(order).shape();
      Shape kept = Shape.of(Arrays.copyOf(shape.toArray(), shape.rank() - folded));
      Storage out = Storage.allocate(value.device(), type, kept.elements());
      if (kept.elements() != 0) {
        fold(reducer, new Source(value, layout), order, shape, kept, out);
      }
      return out;
    } finally {
      if (turn != null) {
        turn.unlock();
      }
    }
  }

  /// The same kept dimensions, then the folded ones as they lie, of a layout with its dimensions in an order.
  private static int[] asItLies(int[] order, int folded, int[] lies) {
    int[] places = Order.inverse(lies);
    int[] out = new int[order.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = places[order[i]];
    }
    Arrays.sort(out, out.length - folded, out.length);
    return out;
  }

  /// As the other, into fresh memory of the caller's, which has the device's turn.
  ///
  /// @param shape of the value in that order
  /// @param kept the dimensions that are not folded
  static void fold(
      Reducer reducer, Source value, int[] order, Shape shape, Shape kept, Storage out) {
    boolean launched = false;
    while (!launched) {
      try (ProgramBuilder builder = ProgramBuilder.open()) {
        builder.output(builder.value(value, out.type()));
        Storage first = readFirst(builder, value.storage());
        launched = first == null;
        if (first == null) {
          ProgramLaunch.fold(builder, reducer, order, shape, kept, out);
        } else {
          Realization.of(first);
        }
      }
    }
  }

  /// The value that a fold had better read from memory: one computed as a part of others often enough, or
  /// all that it folds if an operand is walked in another order. Null where there is none.
  private static @Nullable Storage readFirst(ProgramBuilder builder, Storage folded) {
    for (Storage part : builder.parts()) {
      if (part.isWorthStoring()) {
        return part;
      }
    }
    return folded.isPending() && !Deferral.walkInOrder(builder.inputs()) ? folded : null;
  }
}
