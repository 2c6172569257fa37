package dev.adjoint.graph.mode;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import java.util.function.Supplier;

/// Whether a gradient of 0 stays 0 through an elementwise derivative that is infinite or NaN. It is for
/// the pass that asks for it, see [dev.adjoint.GradOption#STRICT_ZEROS].
public final class StrictZeros {
  private static final ScopedValue<Boolean> ON = ScopedValue.newInstance();

  // Plain: whoever runs inside was called by the one that set it.
  private static boolean used;

  private StrictZeros() {}

  public static <T extends @org.jspecify.annotations.Nullable Object> T with(
      boolean on, Supplier<T> pass) {
    used |= on;
    return used ? ScopedValue.where(ON, on).call(pass::get) : pass.get();
  }

  /// What a formula made of a gradient, or zeros where that is zero.
  public static Tensor kept(Tensor gradient, Tensor result) {
    return used && ON.orElse(false) && result != gradient
        ? Tensors.where(gradient.eq(0), 0, result)
        : result;
  }
}
