package dev.adjoint.type;

import java.util.Arrays;

/// Sizes of a tensor's dimensions, outermost first; `[]` is a scalar.
public final class Shape {

  /// The shape of a 0-d tensor: no dimensions, one element.
  public static final Shape SCALAR = new Shape(new long[0]);

  private final long[] sizes;
  private final long elements;

  private Shape(long[] sizes) {
    this.sizes = sizes;
    this.elements = product(sizes);
  }

  /// A shape of these sizes.
  ///
  /// @throws ShapeException when a size is negative or the number of elements exceeds 2^63 - 1
  public static Shape of(long... sizes) {
    return sizes.length == 0 ? SCALAR : new Shape(sizes.clone());
  }

  private static long product(long[] sizes) {
    long n = 1;
    boolean empty = false;
    for (long size : sizes) {
      if (size < 0) {
        throw new ShapeException(
            "Trying to create tensor with negative dimension "
                + size
                + ": "
                + Arrays.toString(sizes));
      }
      empty |= size == 0;
    }
    for (long size : sizes) {
      if (!empty && Math.multiplyHigh(n, size) != 0 || n * size < 0) {
        throw new ShapeException(
            "Storage size calculation overflowed with sizes=" + Arrays.toString(sizes));
      }
      n *= size;
    }
    return empty ? 0 : n;
  }

  /// Number of dimensions.
  public int rank() {
    return sizes.length;
  }

  /// Size of a dimension; -1 is the last.
  public long size(int dim) {
    return sizes[dim(dim)];
  }

  /// Number of elements; 1 for a scalar.
  public long elements() {
    return elements;
  }

  /// A copy of the sizes.
  public long[] toArray() {
    return sizes.clone();
  }

  /// How many elements the dimensions before one have together, its own size, and how many those after
  /// it have; all 1 for a scalar.
  public long[] around(int dim) {
    long[] out = {1, sizes.length == 0 ? 1 : sizes[dim], 1};
    for (int d = 0; d < sizes.length; d++) {
      if (d != dim) {
        out[d < dim ? 0 : 2] *= sizes[d];
      }
    }
    return out;
  }

  /// Resolves a negative dimension; a scalar answers for 0 and -1 as PyTorch's reductions do.
  ///
  /// @throws IndexException when out of range
  public int dim(int dim) {
    return dim(dim, Math.max(sizes.length, 1));
  }

  /// Resolves a dimension against a given rank, for operations that add one.
  public static int dim(int dim, int rank) {
    if (dim < -rank || dim >= rank) {
      throw new IndexException(
          "Dimension out of range (expected to be in range of ["
              + -rank
              + ", "
              + (rank - 1)
              + "], but got "
              + dim
              + ")");
    }
    return dim < 0 ? dim + rank : dim;
  }

  /// The shape both operands stretch to, by NumPy's rule. Of several dimensions that do not fit the message
  /// names the last, as PyTorch's does.
  ///
  /// @throws ShapeException when two sizes differ and neither is 1
  public Shape broadcast(Shape other, String op) {
    if (equals(other)) {
      return this;
    }
    int rank = Math.max(rank(), other.rank());
    long[] out = new long[rank];
    for (int d = rank - 1; d >= 0; d--) {
      int i = d - (rank - rank());
      int j = d - (rank - other.rank());
      long a = i < 0 ? 1 : sizes[i];
      long b = j < 0 ? 1 : other.sizes[j];
      if (a != b && a != 1 && b != 1) {
        throw new ShapeException(
            "The size of tensor a ("
                + a
                + ") must match the size of tensor b ("
                + b
                + ") at non-singleton dimension "
                + d
                + ". "
                + op
                + " got "
                + this
                + " and "
                + other
                + "; sizes must be equal or 1.");
      }
      out[d] = a == 1 ? b : a;
    }
    return new Shape(out);
  }

  @Override
  public boolean equals(Object other) {
    return this == other || other instanceof Shape s && Arrays.equals(sizes, s.sizes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(sizes);
  }

  /// `[2, 3]`, as in PyTorch's messages.
  @Override
  public String toString() {
    return Arrays.toString(sizes);
  }
}
