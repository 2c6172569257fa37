package dev.adjoint.nn;

import dev.adjoint.Tensor;

/// The greatest element of each window: see [Tensor#maxPool2d].
public record MaxPool2d(PoolOptions options) implements Module {

  /// Of windows side by side.
  public MaxPool2d(long kernel) {
    this(PoolOptions.of(kernel));
  }

  @Override
  public Tensor forward(Tensor input) {
    return input.maxPool2d(options);
  }

  @Override
  public String toString() {
    return "MaxPool2d("
        + options.describe()
        + ", dilation="
        + PythonText.sizes(options.dilation())
        + ", ceil_mode="
        + PythonText.bool(options.ceilMode())
        + ")";
  }
}
