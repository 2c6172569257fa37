package dev.adjoint;

import dev.adjoint.type.ShapeException;

/// One position of a subscript, as in `x[1, 2:5, ..., None, mask]`: what [Tensor#get(Index...)] and
/// [Tensor#set(Tensor, Index...)] take.
public sealed interface Index {

  /// One index; the dimension goes away. -1 is the last.
  static Index at(long index) {
    return new At(index);
  }

  /// Indices from `start` up to, not with, `end`; clamped to the size, negative ones from the end.
  static Index slice(long start, long end) {
    return slice(start, end, 1);
  }

  /// [#slice(long, long)], `step` apart.
  ///
  /// @throws ShapeException when the step is not positive: use flip
  static Index slice(long start, long end, long step) {
    return new Slice(start, end, step);
  }

  /// Indices from `start` to the last.
  static Index from(long start) {
    return slice(start, Long.MAX_VALUE);
  }

  /// Indices from the first up to, not with, `end`.
  static Index to(long end) {
    return slice(0, end);
  }

  /// All indices.
  static Index all() {
    return Slice.ALL;
  }

  /// All indices of as many dimensions as the other positions leave.
  static Index ellipsis() {
    return new Ellipsis();
  }

  /// A new dimension of size 1.
  static Index newAxis() {
    return new NewAxis();
  }

  /// Indices in a tensor of integers, negative ones from the end; or with a bool tensor, which stands for
  /// as many dimensions as it has, the places where it holds. The result is a copy.
  static Index of(Tensor index) {
    return new Of(index);
  }

  /// See [Index#at].
  record At(long index) implements Index {}

  /// See [Index#slice(long, long, long)].
  record Slice(long start, long end, long step) implements Index {
    static final Slice ALL = new Slice(0, Long.MAX_VALUE, 1);

    /// Refuses steps that a view cannot take.
    public Slice {
      if (step <= 0) {
        throw new ShapeException("step must be greater than zero. Use flip to go backwards.");
      }
    }

    /// Whether this takes a whole dimension, whatever its size.
    public boolean isAll() {
      return equals(ALL);
    }
  }

  /// See [Index#ellipsis].
  record Ellipsis() implements Index {}

  /// See [Index#newAxis].
  record NewAxis() implements Index {}

  /// See [Index#of].
  record Of(Tensor index) implements Index {}
}
