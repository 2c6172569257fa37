package dev.adjoint.op.index;

import dev.adjoint.Tensor;
import dev.adjoint.graph.HandleScope;
import dev.adjoint.graph.Kernels;
import dev.adjoint.graph.mode.GradMode;
import dev.adjoint.memory.Window;
import dev.adjoint.spi.Reducer;
import dev.adjoint.type.DType;
import dev.adjoint.type.DTypeException;
import dev.adjoint.type.IndexException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Tensors of indices, checked before anything is read or written through them.
public final class Indices {
  private Indices() {}

  /// The first index that is not in [low, high), or null. Waits for the device, with one launch.
  public static @Nullable Long firstOutside(Tensor index, long low, long high) {
    return firstOutside(index, low, high, low);
  }

  /// As [#firstOutside(Tensor, long, long)], with one more number that is allowed.
  public static @Nullable Long firstOutside(Tensor index, long low, long high, long also) {
    if (index.numel() == 0) {
      return null;
    }
    try (Window _ = Window.open();
        HandleScope _ = HandleScope.open()) {
      boolean any =
          GradMode.with(
              false,
              () -> {
                Tensor outside = index.lt(low).logicalOr(index.ge(high)).logicalAnd(index.ne(also));
                int[] dims = allOf(index);
                return Kernels.fold(Reducer.ANY, outside, dims, false, DType.BOOL).itemBoolean();
              });
      if (any) {
        for (long i : index.toLongArray()) {
          if ((i < low || i >= high) && i != also) {
            return i;
          }
        }
      }
      return null;
    }
  }

  private static int[] allOf(Tensor t) {
    return IntStream.range(0, t.dim()).toArray();
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

  /// Finds an index beyond a dimension's size; negative ones are not counted from the end.
  static void requireInRange(Tensor index, int dim, long size) {
    Long outside = firstOutside(index, 0, size);
    if (outside != null) {
      throw new IndexException(
          "index " + outside + " is out of bounds for dimension " + dim + " with size " + size);
    }
  }

  /// [#requireInRange] in the words of lookups.
  static void requireRows(Tensor index, long size) {
    Long outside = firstOutside(index, 0, size);
    if (outside != null) {
      throw new IndexException(
          "index out of range in self: index " + outside + ", but the dimension has size " + size);
    }
  }
}
