package dev.adjoint.op;

import com.google.errorprone.annotations.Immutable;
import dev.adjoint.Tensor;

/// The gradient of one input: what must be saved for it, and the formula.
///
/// @param saves a union of [#INPUT_0] … [#OUTPUT]; reading anything else throws
/// @param formula from the result's gradient to the input's, of the result's shape: the pass sums it to
///     the input's shape and converts it to the input's type
@Immutable
public record Derivative(int saves, Formula formula) {
  public static final int NOTHING = 0;
  public static final int INPUT_0 = 1;
  public static final int INPUT_1 = 2;
  public static final int INPUT_2 = 4;
  public static final int OUTPUT = 1 << 8;
  public static final int OUTPUT_1 = 1 << 9;

  /// A derivative in tensor methods; it may capture no tensor, so it keeps nothing alive unseen.
  @Immutable
  @FunctionalInterface
  public interface Formula {
    Tensor apply(Tensor g, Saved s);
  }

  static Derivative of(int saves, Formula formula) {
    return new Derivative(saves, formula);
  }
}
