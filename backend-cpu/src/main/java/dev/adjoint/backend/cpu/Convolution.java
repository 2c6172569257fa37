package dev.adjoint.backend.cpu;

import dev.adjoint.backend.cpu.Convolutions.Blocks;
import dev.adjoint.spi.Launch;
import dev.adjoint.type.DType;
import java.util.Arrays;

/// One launch of [Convolutions]: what the pieces of it do that a thread takes.
///
/// A column is what a window sees of one group's channels. Matrices lie in rows: the weight of a
/// group has a row for each channel of the result, columns have one for each place of a window.
final class Convolution {
  private static final int HEIGHT = 3;
  private static final int STRIDE_HEIGHT = 7;
  private static final int PAD_HEIGHT = 9;
  private static final int OF_WINDOWS = 13;

  private final Blas blas;
  private final DType type;
  private final long[] windows;
  private final long first;
  private final long second;
  private final long written;
  private final long unfold;
  private final long fold;
  final long images;
  final long groups;
  final long channels;
  final long sums;

  /// Channels of the result in a group.
  private final long rows;

  Convolution(Blas blas, Launch.Call call) {
    long[] sizes = call.sizes();
    this.blas = blas;
    this.type = call.kernel().type();
    this.windows = Arrays.copyOf(sizes, OF_WINDOWS);
    this.first = LaunchBlock.address(call.operands()[0], type);
    this.second = LaunchBlock.address(call.operands()[1], type);
    this.written = LaunchBlock.address(call.operands()[2], type);
    this.unfold = NativeKernels.require("unfold_" + type.suffix());
    this.fold = NativeKernels.require("fold_" + type.suffix());
    this.images = sizes[OF_WINDOWS];
    this.groups = sizes[OF_WINDOWS + 1];
    this.rows = sizes[OF_WINDOWS + 2];
    this.channels = sizes[OF_WINDOWS + 3];
    this.sums = sizes[OF_WINDOWS + 4];
  }

  /// What so many elements of columns take; nothing where images are columns.
  long bytes(long columns) {
    return blas.workspace(type) + (direct() ? 0 : columns * type.bytes());
  }

  private long laidOut(Scratch scratch) {
    return scratch.data() + blas.workspace(type);
  }

  /// Rows of windows.
  long height() {
    return windows[HEIGHT];
  }

  /// Windows in a row.
  long width() {
    return windows[HEIGHT + 1];
  }

  long count() {
    return height() * width();
  }

  /// Places of a window.
  long window() {
    return windows[5] * windows[6];
  }

  long depth() {
    return channels * window();
  }

  private long area() {
    return windows[1] * windows[2];
  }

  /// Whether a window is the element itself, so that images are columns.
  private boolean direct() {
    return area() == count() && window() == 1 && windows[PAD_HEIGHT] == 0 && windows[10] == 0;
  }

  private long at(long address, long elements) {
    return address + elements * type.bytes();
  }

  private static Blas.Matrix matrix(long address, long leading) {
    return new Blas.Matrix(address, false, (int) leading);
  }

  private static Blas.Matrix transposed(long address, long leading) {
    return new Blas.Matrix(address, true, (int) leading);
  }

  /// What the windows of some rows see of channels that begin at `planes`, as a matrix.
  private Blas.Matrix columns(long planes, long channels, long from, long to, Scratch scratch) {
    if (direct()) {
      return matrix(at(planes, from * width()), count());
    }
    long[] sizes = windows.clone();
    sizes[0] = channels;
    sizes[HEIGHT] = to - from;
    sizes[PAD_HEIGHT] -= from * sizes[STRIDE_HEIGHT];
    scratch.call(unfold, planes, laidOut(scratch), sizes, channels * window());
    return matrix(laidOut(scratch), (to - from) * width());
  }

  /// Rows [from, to) of the result of one group of one image.
  void forward(long group, long from, long to, Scratch scratch) {
    long planes = at(first, group * channels * area());
    Blas.Matrix columns = columns(planes, channels, from, to, scratch);
    long weight = at(second, group % groups * rows * depth());
    long result = at(written, (group * rows * height() + from) * width());
    int n = (int) ((to - from) * width());
    int k = (int) depth();
    if (rows == 1) {
      Blas.Matrix upright = transposed(columns.address(), columns.leading());
      blas.multiplyVector(type, n, k, upright, weight, 1, 0, result);
    } else {
      Blas.Matrix w = matrix(weight, k);
      blas.multiply(type, (int) rows, n, k, w, columns, 0, result, (int) count(), scratch.data());
    }
  }

  /// The gradient of channels [from, to) of one group of one image.
  void ofInput(long group, long from, long to, Scratch scratch) {
    long weight = at(second, group % groups * rows * depth() + from * window());
    long planes = at(written, (group * channels + from) * area());
    long columns = direct() ? planes : laidOut(scratch);
    int m = (int) ((to - from) * window());
    int n = (int) count();
    Blas.Matrix g = matrix(at(first, group * rows * n), n);
    blas.multiply(
        type, m, n, (int) rows, transposed(weight, depth()), g, 0, columns, n, scratch.data());
    if (!direct()) {
      long[] sizes = windows.clone();
      sizes[0] = to - from;
      scratch.call(fold, columns, planes, sizes, to - from);
    }
  }

  /// The gradient of the weight of channels [from, to) of a group, for the images of one sum; on its
  /// side, the form in which BLAS reads columns fast.
  void ofWeight(long sum, long group, long from, long to, Blocks blocks, Scratch scratch) {
    long result = at(written, ((sum * groups + group) * depth() + from * window()) * rows);
    int m = (int) ((to - from) * window());
    double beta = 0;
    for (long i = images * sum / sums; i < images * (sum + 1) / sums; i++) {
      long planes = at(first, ((i * groups + group) * channels + from) * area());
      for (long row = 0; row < height(); row = blocks.end(row)) {
        long end = blocks.end(row);
        Blas.Matrix columns = columns(planes, to - from, row, end, scratch);
        long g = at(second, ((i * groups + group) * rows * height() + row) * width());
        int k = (int) ((end - row) * width());
        Blas.Matrix gradient = transposed(g, count());
        blas.multiply(
            type, m, (int) rows, k, columns, gradient, beta, result, (int) rows, scratch.data());
        beta = 1;
      }
    }
  }
}
