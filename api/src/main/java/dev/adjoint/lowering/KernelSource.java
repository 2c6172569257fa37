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
  private final Supplier<String> text;

  KernelSource(String name, Supplier<String> text) {
    this.name = name;
    this.text = text;
  }

  /// The entry point, with a hash of the structure in it: `elementwise_3f2a…`, `softmax_f32`.
  public String name() {
    return name;
  }

  /// The whole source, made anew at each call: what it includes is already in it.
  public String text() {
    String whole = text.get();
    if (Boolean.getBoolean("adjoint.kernels.print")) {
      int own = Math.max(0, whole.lastIndexOf("struct words"));
      System.getLogger("dev.adjoint").log(Level.INFO, whole.substring(own));
    }
    return whole;
  }

  @Override
  public String toString() {
    return name;
  }
}
