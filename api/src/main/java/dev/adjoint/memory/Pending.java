package dev.adjoint.memory;

import dev.adjoint.spi.Row;
import dev.adjoint.type.DType;
import org.jspecify.annotations.Nullable;

/// A value that is described but not computed: one row applied to sources, or a constant.
///
/// It holds its sources' storages (a count each) until it is computed or no longer wanted. It is
/// dropped, or computed, before any of them is written; see [Window].
final class Pending {

  private static final Source[] NONE = {};

  final @Nullable Row row;
  final DType type;
  final Source[] sources;
  final long bits;

  /// An upper bound on the instructions that computing this takes.
  final int weight;

  private Pending(@Nullable Row row, DType type, Source[] sources, long bits, int weight) {
    this.row = row;
    this.type = type;
    this.sources = sources;
    this.bits = bits;
    this.weight = weight;
  }

  static Pending constant(DType type, long bits) {
    return new Pending(null, type, NONE, bits, 0);
  }

  static Pending of(Row row, DType type, Source[] sources) {
    int weight = 1;
    for (Source s : sources) {
      s.storage().retainAsSource();
      weight += s.storage().pendingWeight();
    }
    return new Pending(row, type, sources, 0, weight);
  }

  boolean isConstant() {
    return row == null;
  }

  void drop() {
    for (Source s : sources) {
      s.storage().releaseAsSource();
    }
  }
}
