package dev.adjoint.nn;

import java.util.List;

/// The windows of a pool: `PoolOptions.of(3).stride(2).padding(1)`. One number is meant for every
/// dimension; else there is one for each, height before width.
///
/// @param kernel the size of a window
/// @param stride how far the next window is; empty for the size of a window
/// @param padding how far windows reach beyond the input, at most half of their size
/// @param dilation how far the next element of a window is; of a maximum only
/// @param ceilMode whether a last window that the input fills in part counts
/// @param countIncludePad whether a mean counts the padding as zeros
/// @param divisor what sums are divided by instead of the number of elements; 0 for that
public record PoolOptions(
    List<Long> kernel,
    List<Long> stride,
    List<Long> padding,
    List<Long> dilation,
    boolean ceilMode,
    boolean countIncludePad,
    long divisor) {

  public PoolOptions {
    kernel = List.copyOf(kernel);
    stride = List.copyOf(stride);
    padding = List.copyOf(padding);
    dilation = List.copyOf(dilation);
  }

  /// Windows of this size, one beside the other.
  public static PoolOptions of(long... kernel) {
    return new PoolOptions(
        ConvOptions.list(kernel), List.of(), List.of(0L), List.of(1L), false, true, 0);
  }

  public PoolOptions stride(long... sizes) {
    return new PoolOptions(
        kernel, ConvOptions.list(sizes), padding, dilation, ceilMode, countIncludePad, divisor);
  }

  public PoolOptions padding(long... sizes) {
    return new PoolOptions(
        kernel, stride, ConvOptions.list(sizes), dilation, ceilMode, countIncludePad, divisor);
  }

  public PoolOptions dilation(long... sizes) {
    return new PoolOptions(
        kernel, stride, padding, ConvOptions.list(sizes), ceilMode, countIncludePad, divisor);
  }

  public PoolOptions ceilMode(boolean ceil) {
    return new PoolOptions(kernel, stride, padding, dilation, ceil, countIncludePad, divisor);
  }

  public PoolOptions countIncludePad(boolean include) {
    return new PoolOptions(kernel, stride, padding, dilation, ceilMode, include, divisor);
  }

  public PoolOptions divisor(long number) {
    return new PoolOptions(kernel, stride, padding, dilation, ceilMode, countIncludePad, number);
  }

  /// As PyTorch prints it in a module.
  String describe() {
    return "kernel_size="
        + PythonText.sizes(kernel)
        + ", stride="
        + PythonText.sizes(stride.isEmpty() ? kernel : stride)
        + ", padding="
        + PythonText.sizes(padding);
  }
}
