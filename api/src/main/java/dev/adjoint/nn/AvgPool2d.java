package dev.adjoint.nn;

import dev.adjoint.Tensor;

/// The mean of each window: see [Tensor#avgPool2d].
public record AvgPool2d(PoolOptions options) implements Module {

  /// Of windows side by side.
  public AvgPool2d(long kernel) {
    this(PoolOptions.of(kernel));
  }

  @Override
  public Tensor forward(Tensor input) {
    return input.avgPool2d(options);
  }

  @Override
  public String toString() {
    return "AvgPool2d(" + options.describe() + ")";
  }
}
