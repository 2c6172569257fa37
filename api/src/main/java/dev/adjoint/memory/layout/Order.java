package dev.adjoint.memory.layout;

import dev.adjoint.type.Shape;
import org.jspecify.annotations.Nullable;

/// The order of dimensions, from far to near, in which elementwise work goes through its operands and in
/// which its result lies. It is the order of their memory, as PyTorch's TensorIterator finds it: of two
/// dimensions the first operand decides that moves along both.
public final class Order {
  private Order() {}

  /// The order for operands that have one shape, or one of them; null for that of the dimensions themselves.
  public static int @Nullable [] of(Layout... operands) {
    Shape shape = operands[0].shape();
    int rank = shape.rank();
    if (rank < 2) {
      return null;
    }
    int[] near = new int[rank]; // from near to far
    for (int i = 0; i < rank; i++) {
      near[i] = rank - 1 - i;
    }
    for (int i = 1; i < rank; i++) {
      int at = i;
      for (int before = i - 1; before >= 0; before--) {
        int comparison = compare(shape, operands, near[before], near[at]);
        if (comparison < 0) {
          break;
        }
        if (comparison > 0) {
          int dim = near[at];
          near[at] = near[before];
          near[before] = dim;
          at = before;
        }
      }
    }
    return farFirst(near);
  }

  /// Whether the first of two dimensions takes longer steps (1), shorter ones (-1), or nobody can tell (0).
  private static int compare(Shape shape, Layout[] operands, int first, int second) {
    if (shape.size(first) == 1 || shape.size(second) == 1) {
      return 0;
    }
    for (Layout operand : operands) {
      long a = Math.abs(operand.stride(first));
      long b = Math.abs(operand.stride(second));
      if (a != 0 && b != 0 && a != b) {
        return Long.compare(a, b);
      }
      if (a != 0 && a == b && shape.size(first) > shape.size(second)) {
        return 1;
      }
    }
    return 0;
  }

  private static int @Nullable [] farFirst(int[] near) {
    int rank = near.length;
    boolean natural = true;
    int[] order = new int[rank];
    for (int i = 0; i < rank; i++) {
      order[i] = near[rank - 1 - i];
      natural &= order[i] == i;
    }
    return natural ? null : order;
  }

  /// Where each dimension is in an order.
  public static int[] inverse(int[] order) {
    int[] places = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      places[order[i]] = i;
    }
    return places;
  }

  /// A fresh layout of a shape whose dimensions lie in an order, which is null for their own.
  public static Layout dense(Shape shape, int @Nullable [] order) {
    Layout own = Layout.contiguous(shape);
    return order == null
        ? own
        : Layout.contiguous(own.permute(order).shape()).permute(inverse(order));
  }
}
