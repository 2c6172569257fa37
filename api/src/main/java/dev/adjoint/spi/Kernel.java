package dev.adjoint.spi;

import dev.adjoint.type.DType;

/// A structured kernel of the library by name and element type; the symbol is `<name>_<suffix>`.
///
/// @param name the family of loops, such as `gather` or `matmul`
/// @param type the element type it is instantiated for
public record Kernel(String name, DType type) {

  /// `gather_f32`
  public String symbol() {
    return name + "_" + type.suffix();
  }
}
