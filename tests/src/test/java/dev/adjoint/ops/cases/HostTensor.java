package dev.adjoint.ops.cases;

import dev.adjoint.type.DType;
import java.util.Arrays;

/// Elements as a golden file states them, in row-major order.
///
/// @param type the element type; null for one that follows the type under test
/// @param strides what PyTorch's result had, where the file says so; null elsewhere
public record HostTensor(
    DType type, long[] shape, double[] values, boolean differentiated, long[] strides) {

  /// The element type when floats are of the given type.
  public DType type(DType floating) {
    return type == null ? floating : type;
  }

  public int rank() {
    return shape.length;
  }

  /// Whether every slice along a dimension longer than one equals the first slice.
  public boolean repeatsAlong(int dim) {
    int length = (int) shape[dim];
    if (length < 2 || values.length == 0) {
      return false;
    }
    int inner = 1;
    for (int d = dim + 1; d < rank(); d++) {
      inner *= (int) shape[d];
    }
    for (int i = 0; i < values.length; i++) {
      int first = i - i / inner % length * inner;
      if (Double.compare(values[i], values[first]) != 0) {
        return false;
      }
    }
    return true;
  }

  /// The same tensor with other elements.
  public HostTensor with(double[] other) {
    return new HostTensor(type, shape, other, differentiated, strides);
  }

  @Override
  public String toString() {
    return (type == null ? "float" : type) + Arrays.toString(shape) + Arrays.toString(values);
  }
}
