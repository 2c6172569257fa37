package dev.adjoint.ops;

import dev.adjoint.Tensor;
import dev.adjoint.ops.cases.Bound;
import dev.adjoint.ops.cases.Elements;
import dev.adjoint.type.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Finds where a tensor differs from the numbers expected of it.
///
/// @param where begins each difference: the case, the arrangement, what is compared
record Comparison(String where, DType type, Bound bound, boolean signedZeros) {

  private static final int SHOWN = 4;

  /// The differences; none when type and shape agree and every element is within the bound.
  List<String> differences(Tensor got, long[] shape, double[] expected) {
    if (got.dtype() != type) {
      return List.of(where + ": got " + got.dtype() + ", expected " + type);
    }
    if (!Arrays.equals(got.shape().toArray(), shape)) {
      return List.of(where + ": got shape " + got.shape() + ", expected " + Arrays.toString(shape));
    }
    return differences(Elements.download(got), shape, expected);
  }

  /// The differences of elements in row-major order.
  List<String> differences(double[] got, long[] shape, double[] expected) {
    List<String> out = new ArrayList<>();
    int more = 0;
    for (int i = 0; i < expected.length; i++) {
      if (!agree(got[i], expected[i])) {
        if (out.size() < SHOWN) {
          out.add(where + " " + index(i, shape) + describe(got[i], expected[i]));
        } else {
          more++;
        }
      }
    }
    if (more > 0) {
      out.add(where + " and " + more + " more elements");
    }
    return out;
  }

  private boolean agree(double got, double expected) {
    if (signedZeros && got == 0 && expected == 0) {
      return Double.compare(got, expected) == 0;
    }
    return bound.admits(got, expected, type);
  }

  private String describe(double got, double expected) {
    return ": got %s, expected %s, %.1f ulps (bound %.0f, or %.0f at one)"
        .formatted(
            show(got),
            show(expected),
            Bound.distance(got, expected, type),
            bound.ulps(),
            bound.floor());
  }

  private String show(double value) {
    if (!type.isFloating() && value == Math.rint(value)) {
      return Long.toString((long) value);
    }
    return type == DType.FLOAT32 ? Float.toString((float) value) : Double.toString(value);
  }

  private static String index(int linear, long[] shape) {
    long[] at = new long[shape.length];
    long rest = linear;
    for (int d = shape.length - 1; d >= 0; d--) {
      at[d] = rest % shape[d];
      rest /= shape[d];
    }
    return Arrays.toString(at);
  }
}
