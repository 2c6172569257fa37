package dev.adjoint.op.layer;

import dev.adjoint.Tensor;
import dev.adjoint.graph.Kernels;
import dev.adjoint.nn.ConvOptions;
import dev.adjoint.type.Shape;
import java.util.List;

/// Windows that slide over planes, as `native-kernels/structured/window.kernel.h` takes them. Lines
/// are planes of height 1.
///
/// @param height of a plane of the input, and so on
/// @param down how many windows there are, one below the other
/// @param across how many windows there are, side by side
record Windows(
    long height,
    long width,
    long down,
    long across,
    long kernelHeight,
    long kernelWidth,
    long strideHeight,
    long strideWidth,
    long padHeight,
    long padWidth,
    long dilationHeight,
    long dilationWidth) {

  /// The windows of a kernel over an input; the last dimensions of both, as many as strides, count.
  static Windows of(Shape input, Shape kernel, ConvOptions options) {
    int dims = options.stride().size();
    boolean flat = dims == 1;
    long strideHeight = flat ? 1 : options.stride().getFirst();
    long padHeight = flat ? 0 : options.padding().getFirst();
    long dilationHeight = flat ? 1 : options.dilation().getFirst();
    long height = flat ? 1 : input.size(-2);
    long kernelHeight = flat ? 1 : kernel.size(-2);
    long width = input.size(-1);
    long kernelWidth = kernel.size(-1);
    long strideWidth = options.stride().getLast();
    long padWidth = options.padding().getLast();
    long dilationWidth = options.dilation().getLast();
    return new Windows(
        height,
        width,
        count(height, kernelHeight, strideHeight, padHeight, dilationHeight),
        count(width, kernelWidth, strideWidth, padWidth, dilationWidth),
        kernelHeight,
        kernelWidth,
        strideHeight,
        strideWidth,
        padHeight,
        padWidth,
        dilationHeight,
        dilationWidth);
  }

  private static long count(long size, long kernel, long stride, long padding, long dilation) {
    return (size + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1;
  }

  /// How many windows there are.
  long count() {
    return down * across;
  }

  /// How many elements a window sees.
  long size() {
    return kernelHeight * kernelWidth;
  }

  /// Elements of a plane.
  long area() {
    return height * width;
  }

  /// Whether windows are the elements themselves.
  boolean areElements() {
    return size() == 1 && strideHeight == 1 && strideWidth == 1 && padHeight == 0 && padWidth == 0;
  }

  long[] sizes(long planes) {
    return new long[] {
      planes,
      height,
      width,
      down,
      across,
      kernelHeight,
      kernelWidth,
      strideHeight,
      strideWidth,
      padHeight,
      padWidth,
      dilationHeight,
      dilationWidth
    };
  }

  /// Writes what the windows of some planes see: for each plane a row for each place of a window.
  void unfold(Tensor planes, Tensor columns) {
    long count = planes.numel() / Math.max(area(), 1);
    Kernels.call(
        "convolution",
        "unfold",
        planes.dtype(),
        List.of(planes),
        List.of(columns),
        false,
        sizes(count),
        count * size(),
        count());
  }

  /// Adds up what [#unfold] would have written of each element.
  void fold(Tensor columns, Tensor planes) {
    long count = planes.numel() / Math.max(area(), 1);
    Kernels.call(
        "convolution",
        "fold",
        planes.dtype(),
        List.of(columns),
        List.of(planes),
        false,
        sizes(count),
        count,
        area() * size());
  }
}
