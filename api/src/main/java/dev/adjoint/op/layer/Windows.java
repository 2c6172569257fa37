package dev.adjoint.op.layer;

import dev.adjoint.Tensor;
import dev.adjoint.graph.Kernels;
import dev.adjoint.nn.ConvOptions;
import dev.adjoint.nn.PoolOptions;
import dev.adjoint.type.DType;
import dev.adjoint.type.Shape;
import java.util.Arrays;
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

  /// The windows of a pool over the last two dimensions; options are spelled out.
  static Windows of(Shape input, PoolOptions pool) {
    long[] count = new long[2];
    for (int d = 0; d < 2; d++) {
      long size = input.size(d - 2);
      long stride = pool.stride().get(d);
      long padding = pool.padding().get(d);
      long reach = pool.dilation().get(d) * (pool.kernel().get(d) - 1) + 1;
      long rest = pool.ceilMode() ? stride - 1 : 0;
      count[d] = Math.floorDiv(size + 2 * padding - reach + rest, stride) + 1;
      // The last window begins in the input or before it, not in the padding behind it.
      if (pool.ceilMode() && (count[d] - 1) * stride >= size + padding) {
        count[d]--;
      }
    }
    return new Windows(
        input.size(-2),
        input.size(-1),
        count[0],
        count[1],
        pool.kernel().getFirst(),
        pool.kernel().getLast(),
        pool.stride().getFirst(),
        pool.stride().getLast(),
        pool.padding().getFirst(),
        pool.padding().getLast(),
        pool.dilation().getFirst(),
        pool.dilation().getLast());
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

  /// How many [#sizes] there are.
  static final int SIZES = 13;

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

  /// How many planes a tensor has.
  private static long planes(Tensor t, long area) {
    return area == 0 ? 0 : t.numel() / area;
  }

  /// Writes what the windows of some planes see: for each plane a row for each place of a window.
  void unfold(Tensor planes, Tensor columns) {
    long count = planes(planes, area());
    call("unfold", List.of(planes), List.of(columns), sizes(count), count * size(), count());
  }

  /// Adds up what [#unfold] would have written of each element.
  void fold(Tensor columns, Tensor planes) {
    long count = planes(planes, area());
    call("fold", List.of(columns), List.of(planes), sizes(count), count, area() * size());
  }

  /// A kernel of pools, whose groups are planes.
  void pool(String kernel, List<Tensor> read, List<Tensor> written, long divisor) {
    long[] plain = sizes(planes(written.getFirst(), count()));
    long[] sizes = Arrays.copyOf(plain, plain.length + 1);
    sizes[plain.length] = divisor;
    call(kernel, read, written, sizes, sizes[0], count() * size());
  }

  /// As [#pool], back to planes of the input.
  void poolBackward(String kernel, List<Tensor> read, Tensor planes, long divisor) {
    long[] plain = sizes(planes(planes, area()));
    long[] sizes = Arrays.copyOf(plain, plain.length + 1);
    sizes[plain.length] = divisor;
    call(kernel, read, List.of(planes), sizes, sizes[0], area());
  }

  private static void call(
      String kernel,
      List<Tensor> read,
      List<Tensor> written,
      long[] sizes,
      long groups,
      long groupWork) {
    DType type = written.getFirst().dtype();
    Kernels.call(kernel, kernel, type, read, written, false, sizes, groups, groupWork);
  }
}
