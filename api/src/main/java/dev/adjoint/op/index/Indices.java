package dev.adjoint.op.index;

import dev.adjoint.Tensor;
import dev.adjoint.graph.EagerTensor;
import dev.adjoint.graph.HandleScope;
import dev.adjoint.graph.Kernels;
import dev.adjoint.graph.mode.GradMode;
import dev.adjoint.memory.Recording;
import dev.adjoint.memory.Storage;
import dev.adjoint.memory.Window;
import dev.adjoint.memory.layout.Layout;
import dev.adjoint.spi.Reducer;
import dev.adjoint.type.DType;
import dev.adjoint.type.DTypeException;
import dev.adjoint.type.IndexException;
import dev.adjoint.type.Shape;
import java.util.function.Function;
import java.util.stream.IntStream;

/// Tensors of indices, checked before anything is read or written through them.
public final class Indices {
  /// So many are copied to the host in less time than a launch takes to look at them.
  private static final long FEW = 1024;

  private Indices() {}

  /// The indices, each in [low, high).
  public static Tensor inRange(
      Tensor index, long low, long high, Function<Object, IndexException> refusal) {
    if (low >= high && index.numel() > 0) {
      throw refusal.apply(Recording.isCapturing() ? "?" : index.toLongArray()[0]);
    }
    return inRange(index, low, high, low, refusal);
  }

  /// The indices, each in [low, high) or one more number that is allowed. Waits for the device, if
  /// there are many with one launch.
  ///
  /// In a captured step those of the capture are looked at as ever. Those of a replay nobody waits for:
  /// one outside counts as `low`, and whoever reads elements next is told.
  ///
  /// @param refusal what to say of an index outside
  public static Tensor inRange(
      Tensor index, long low, long high, long also, Function<Object, IndexException> refusal) {
    if (index.numel() == 0) {
      return index;
    }
    if (!Recording.isCapturing()) {
      requireInside(index, low, high, also, refusal);
      return index;
    }
    Recording.lookAt(
        ((EagerTensor) index).storage(), () -> requireInside(index, low, high, also, refusal));
    int guard = Recording.guard(() -> refusal.apply("?"));
    return HandleScope.yielding(
        () -> GradMode.with(false, () -> guarded(index, low, high, also, guard)));
  }

  private static void requireInside(
      Tensor index, long low, long high, long also, Function<Object, IndexException> refusal) {
    if (index.numel() > FEW && !anyOutside(index, low, high, also)) {
      return;
    }
    for (long i : index.toLongArray()) {
      if ((i < low || i >= high) && i != also) {
        throw refusal.apply(i);
      }
    }
  }

  private static boolean anyOutside(Tensor index, long low, long high, long also) {
    try (Window _ = Window.open();
        HandleScope _ = HandleScope.open()) {
      return GradMode.with(false, () -> any(outside(index, low, high, also)).itemBoolean());
    }
  }

  private static Tensor outside(Tensor index, long low, long high, long also) {
    return index.lt(low).logicalOr(index.ge(high)).logicalAnd(index.ne(also));
  }

  private static Tensor any(Tensor bools) {
    int[] all = IntStream.range(0, bools.dim()).toArray();
    return Kernels.fold(Reducer.ANY, bools, all, false, DType.BOOL);
  }

  private static Tensor guarded(Tensor index, long low, long high, long also, int guard) {
    Storage flags = Recording.flags(((EagerTensor) index).storage().device());
    Layout place = Layout.contiguous(Shape.of(flags.elements()));
    Tensor flag = EagerTensor.alias(flags, place, false).select(0, guard);
    try (Window _ = Window.open()) {
      Tensor outside = outside(index, low, high, also);
      Tensor any = any(outside);
      Tensor inside = index.maskedFill(outside, low);
      outside.close(); // so that it is never stored
      flag.maskedFill_(any, any);
      return inside;
    }
  }

  /// As int64.
  ///
  /// @param message PyTorch's sentence for other types than int32 and int64
  static Tensor asLong(Tensor index, String message) {
    if (index.dtype() != DType.INT32 && index.dtype() != DType.INT64) {
      throw new DTypeException(
          message + ". It is " + index.dtype() + "; convert it with to(DType.INT64).");
    }
    return index.to(DType.INT64);
  }

  /// [#inRange] of a dimension's size; negative ones are not counted from the end.
  static Tensor inRange(Tensor index, int dim, long size) {
    return inRange(
        index,
        0,
        size,
        i ->
            new IndexException(
                "index " + i + " is out of bounds for dimension " + dim + " with size " + size));
  }

  /// [#inRange] in the words of lookups.
  static Tensor rows(Tensor index, long size) {
    return inRange(
        index,
        0,
        size,
        i ->
            new IndexException(
                size == 0
                    ? "index_select(): self indexing axis dim should be positive. It has size 0,"
                        + " so there is no index "
                        + i
                    : "index out of range in self: index "
                        + i
                        + ", but the dimension has size "
                        + size));
  }
}
