package dev.adjoint.op.layer;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.graph.Kernels;
import dev.adjoint.nn.ConvOptions;
import dev.adjoint.op.Products;
import dev.adjoint.spi.Reducer;
import dev.adjoint.type.DType;
import dev.adjoint.type.Shape;
import java.util.Arrays;
import java.util.List;

/// A convolution as products of matrices: a column is what one window sees of an image, a row of the
/// weight is one channel of the result. Columns are made for some images at a time, in memory that is
/// used again for the next, or by a kernel of the device that makes and multiplies them at once.
///
/// @param windows what slides over each channel of an image
/// @param input the shape of the images: (N, C, height, width), or (N, C, width)
/// @param weight (channels of the result, C / groups, height, width of the kernel)
record Columns(Windows windows, Shape input, Shape weight, long groups) {
  /// Elements of columns that stay in a processor's cache.
  private static final long CACHED = 1 << 19;

  /// Tasks that keep a processor's threads busy.
  private static final long TASKS = 32;

  /// Elements of columns that keep a card busy.
  private static final long BUSY = 1 << 24;

  static Columns of(Shape input, Shape weight, ConvOptions options) {
    Windows windows = Windows.of(input, weight, options);
    return new Columns(windows, input, weight, options.groups());
  }

  /// The shape of the result.
  Shape output() {
    long[] sizes = input.toArray();
    sizes[1] = weight.size(0);
    sizes[sizes.length - 1] = windows.across();
    if (sizes.length > 3) {
      sizes[2] = windows.down();
    }
    return Shape.of(sizes);
  }

  private long images() {
    return input.size(0);
  }

  /// Channels of the result in one group.
  private long rows() {
    return weight.size(0) / groups;
  }

  /// Elements that one window sees in one group.
  private long depth() {
    return weight.size(1) * windows.size();
  }

  private long perImage() {
    return groups * depth() * windows.count();
  }

  /// How many images go together, given the elements that each takes: as many each time, if that fits.
  private long together(Tensor t, long elements) {
    long room = t.device().isCpu() ? CACHED : BUSY;
    long most = Math.max(1, Math.min(images(), room / Math.max(elements, 1)));
    return Math.ceilDiv(images(), Math.max(1, Math.ceilDiv(images(), most)));
  }

  private Tensor empty(Tensor like, long count) {
    Shape shape = Shape.of(count * groups, depth(), windows.count());
    return Kernels.empty(like, shape, like.dtype());
  }

  /// Some images' part of a tensor, as matrices of so many rows.
  private Tensor matrices(Tensor t, long first, long count, long rows, long columns) {
    return t.narrow(0, first, count).view(count * groups, rows, columns);
  }

  /// The columns of some images, written into memory that there is, unless they are the images.
  private Tensor columns(Tensor images, long first, long count, Tensor memory) {
    if (windows.areElements()) {
      return matrices(images, first, count, depth(), windows.count());
    }
    Tensor columns = memory.narrow(0, 0, count * groups);
    windows.unfold(images.narrow(0, first, count), columns);
    return columns;
  }

  /// The weight once for each of some images; as a matter of fact only where there are groups.
  private Tensor weights(Tensor w, long count) {
    Tensor each = w.contiguous().view(1, groups, rows(), depth());
    Tensor all = each.expand(count, groups, rows(), depth());
    return groups == 1 ? all.select(1, 0) : all.contiguous().view(count * groups, rows(), depth());
  }

  /// Whether the device makes columns and products in one kernel; a BLAS counts rows and columns by int.
  private boolean inOne(String kernel, Tensor like) {
    boolean fits = Math.max(depth(), windows.count()) <= Integer.MAX_VALUE;
    return depth() > 0 && fits && Kernels.has(kernel, like);
  }

  /// A kernel that makes columns and multiplies them.
  private void call(String kernel, List<Tensor> read, Tensor written, long sums) {
    long[] sizes = Arrays.copyOf(windows.sizes(images() * input.size(1)), Windows.SIZES + 5);
    long[] more = {images(), groups, rows(), weight.size(1), sums};
    System.arraycopy(more, 0, sizes, Windows.SIZES, more.length);
    long work = rows() * depth() * windows.count();
    DType type = written.dtype();
    Kernels.call(
        kernel, kernel, type, read, List.of(written), false, sizes, images() * groups, work);
  }

  /// The convolution.
  void forward(Tensor x, Tensor w, Tensor y) {
    if (inOne("convolution", x)) {
      call("convolution", List.of(x, w.contiguous()), y, 1);
      return;
    }
    long most = together(x, windows.areElements() ? 0 : perImage());
    Tensor memory = empty(x, windows.areElements() ? 0 : most);
    Tensor weights = weights(w, most);
    for (long first = 0; first < images(); first += most) {
      long count = Math.min(most, images() - first);
      Products.write(
          weights.narrow(0, 0, count * groups),
          columns(x, first, count, memory),
          matrices(y, first, count, rows(), windows.count()),
          false);
    }
  }

  /// The gradient of the images.
  void ofInput(Tensor g, Tensor w, Tensor x) {
    if (inOne("convolution_input", g)) {
      call("convolution_input", List.of(g, w.contiguous()), x, 1);
      return;
    }
    long most = together(g, windows.areElements() ? 0 : perImage());
    Tensor memory = empty(g, windows.areElements() ? 0 : most);
    Tensor weights = weights(w, most).transpose(1, 2);
    for (long first = 0; first < images(); first += most) {
      long count = Math.min(most, images() - first);
      boolean direct = windows.areElements();
      Tensor columns =
          direct
              ? matrices(x, first, count, depth(), windows.count())
              : memory.narrow(0, 0, count * groups);
      Products.write(
          weights.narrow(0, 0, count * groups),
          matrices(g, first, count, rows(), windows.count()),
          columns,
          false);
      if (!direct) {
        windows.fold(columns, x.narrow(0, first, count));
      }
    }
  }

  /// The gradient of the weight. Each of the images that go together has a sum of its own, so that they
  /// need not wait for each other. It is made on its side, the form in which BLAS reads columns fast.
  Tensor ofWeight(Tensor x, Tensor g) {
    if (images() == 0) {
      return Tensors.zeros(weight, x.dtype(), x.device());
    }
    boolean inOne = inOne("convolution_weight", x);
    long most = inOne ? sums() : together(x, perImage() + weight.elements());
    Tensor sums = Kernels.empty(x, Shape.of(most * groups, depth(), rows()), x.dtype());
    if (inOne) {
      call("convolution_weight", List.of(x, g), sums, most);
    } else {
      sumColumns(x, g, sums, most);
    }
    Tensor each = sums.view(most, weight.elements());
    Tensor sum = Kernels.fold(Reducer.SUM, each, new int[] {0}, false, x.dtype());
    Tensor upright = sum.view(groups, depth(), rows()).transpose(1, 2);
    return upright.contiguous().view(weight.toArray());
  }

  /// Sums over consecutive images for a kernel: enough to keep threads busy, few enough to add up.
  private long sums() {
    long most = Math.max(1, CACHED * 8 / weight.elements());
    return Math.min(Math.min(images(), most), Math.max(1, TASKS / groups));
  }

  private void sumColumns(Tensor x, Tensor g, Tensor sums, long most) {
    Tensor memory = empty(x, windows.areElements() ? 0 : most);
    for (long first = 0; first < images(); first += most) {
      long count = Math.min(most, images() - first);
      Products.write(
          columns(x, first, count, memory),
          matrices(g, first, count, rows(), windows.count()).transpose(1, 2),
          sums.narrow(0, 0, count * groups),
          first > 0);
    }
  }

  /// The dimensions of a result but that of channels.
  static int[] apartFromChannels(int rank) {
    int[] dims = new int[rank - 1];
    Arrays.setAll(dims, d -> d == 0 ? 0 : d + 1);
    return dims;
  }
}
