package dev.adjoint.lowering;

import java.lang.System.Logger.Level;
import java.util.function.Supplier;

/// One kernel in the words that all dialects share. Equal structures are the same object, so a
/// backend may keep what it compiled by identity.
///
/// With the property `adjoint.kernels.print` each source goes to the log before it is compiled,
/// without the rows that precede it.
public final class KernelSource {
  private final String name;
  private final Supplier<String> rows;
  private final Supplier<String> entry;

  KernelSource(String name, Supplier<String> rows, Supplier<String> entry) {
    this.name = name;
    this.rows = rows;
    this.entry = entry;
  }

  /// The entry point, with a hash of the structure in it: `elementwise_3f2a…`, `softmax_f32`.
  public String name() {
    return name;
  }

  /// What comes first: the words of the dialects, and the rows of the types that the kernel needs.
  /// Made anew at each call, and so are the others.
  public String rows() {
    return rows.get();
  }

  /// What follows them: the kernel, and for a structured one the others of its file. Names that it
  /// defines beside kernels may be another's, too.
  public String entry() {
    return entry.get();
  }

  /// The whole source: what it includes is already in it.
  public String text() {
    String own = entry.get();
    if (Boolean.getBoolean("adjoint.kernels.print")) {
      System.getLogger("dev.adjoint").log(Level.INFO, own);
    }
    return rows.get() + own;
  }

  @Override
  public String toString() {
    return name;
  }
}
