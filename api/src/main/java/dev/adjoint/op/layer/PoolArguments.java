package dev.adjoint.op.layer;

import dev.adjoint.Tensor;
import dev.adjoint.ValuesIndices;
import dev.adjoint.graph.Dispatch;
import dev.adjoint.graph.HandleScope;
import dev.adjoint.nn.PoolOptions;
import dev.adjoint.type.DType;
import dev.adjoint.type.DTypeException;
import dev.adjoint.type.ShapeException;
import java.util.Collections;
import java.util.List;

/// Arguments of pools, checked in PyTorch's order.
public final class PoolArguments {
  private PoolArguments() {}

  public static ValuesIndices max2d(Tensor x, PoolOptions options) {
    PoolOptions each = checked("max_pool2d", x, options);
    if (x.dtype() == DType.BOOL) {
      throw notImplemented("max_pool2d", x.dtype());
    }
    List<Tensor> found = Dispatch.compute(new Pools.Max(each), x);
    return new ValuesIndices(found.get(0), found.get(1));
  }

  public static Tensor avg2d(Tensor x, PoolOptions options) {
    if (options.divisor() < 0) {
      throw new ShapeException("divisor must be positive: " + options.divisor());
    }
    PoolOptions each = checked("avg_pool2d", x, options.dilation(1));
    if (!x.dtype().isFloating() && x.dtype() != DType.INT64) {
      throw notImplemented("avg_pool2d", x.dtype());
    }
    return Dispatch.single(new Pools.Mean(each), x);
  }

  private static DTypeException notImplemented(String op, DType type) {
    return new DTypeException(
        "\""
            + op
            + "\" not implemented for '"
            + type.scalarType()
            + "'. Convert with to(DType.FLOAT32) first.");
  }

  public static Tensor max1d(Tensor x, PoolOptions options) {
    PoolOptions flat = ofLines("max_pool1d", x, options);
    return HandleScope.yielding(() -> {
      ValuesIndices found = max2d(x.unsqueeze(-2), flat);
      found.indices().close();
      return found.values().squeeze(-2);
    });
  }

  public static Tensor avg1d(Tensor x, PoolOptions options) {
    PoolOptions flat = ofLines("avg_pool1d", x, options);
    return HandleScope.yielding(() -> avg2d(x.unsqueeze(-2), flat).squeeze(-2));
  }

  /// Options of lines as those of planes of height 1.
  private static PoolOptions ofLines(String op, Tensor x, PoolOptions options) {
    if (x.dim() != 2 && x.dim() != 3) {
      throw new ShapeException(
          op
              + ": Expected 2D or 3D (batch mode) tensor with optional 0 dim batch size for input,"
              + " but got:"
              + x.shape());
    }
    PoolOptions each = spelledOut(op, options, 1);
    return new PoolOptions(
        List.of(1L, each.kernel().getFirst()),
        List.of(1L, each.stride().getFirst()),
        List.of(0L, each.padding().getFirst()),
        List.of(1L, each.dilation().getFirst()),
        options.ceilMode(),
        options.countIncludePad(),
        options.divisor());
  }

  /// One number for each of two dimensions, and windows that fit.
  private static PoolOptions checked(String op, Tensor x, PoolOptions options) {
    PoolOptions each = spelledOut(op, options, 2);
    if (x.dim() != 3 && x.dim() != 4) {
      throw new ShapeException(
          "non-empty 3D or 4D (batch mode) tensor expected for input. This one has shape "
              + x.shape());
    }
    requireSizes(each);
    for (int d = x.dim() - 3; d < x.dim(); d++) {
      if (x.size(d) == 0) {
        throw new ShapeException(
            "Expected 3D or 4D (batch mode) tensor with optional 0 dim batch size for input, but"
                + " got:"
                + x.shape());
      }
    }
    requireWindows(x, each);
    return each;
  }

  private static PoolOptions spelledOut(String op, PoolOptions o, int dims) {
    List<Long> kernel = each(op, "kernel_size", o.kernel(), dims);
    return new PoolOptions(
        kernel,
        o.stride().isEmpty() ? kernel : each(op, "stride", o.stride(), dims),
        each(op, "padding", o.padding(), dims),
        each(op, "dilation", o.dilation(), dims),
        o.ceilMode(),
        o.countIncludePad(),
        o.divisor());
  }

  private static List<Long> each(String op, String name, List<Long> sizes, int dims) {
    if (sizes.size() != 1 && sizes.size() != dims) {
      throw new ShapeException(
          op
              + ": "
              + name
              + " must either be a single int, or a tuple of "
              + (dims == 1 ? "one int" : "two ints")
              + ": "
              + sizes);
    }
    return sizes.size() == dims ? sizes : Collections.nCopies(dims, sizes.getFirst());
  }

  private static void requireSizes(PoolOptions o) {
    for (int d = 0; d < 2; d++) {
      long kernel = o.kernel().get(d);
      long padding = o.padding().get(d);
      long dilation = o.dilation().get(d);
      require(o.stride().get(d) != 0, "stride should not be zero", o);
      require(padding >= 0, "pad must be non-negative, but got pad: " + padding, o);
      require(
          padding <= (dilation * (kernel - 1) + 1) / 2,
          "pad should be at most half of effective kernel size, but got pad="
              + padding
              + ", kernel_size="
              + kernel
              + " and dilation="
              + dilation,
          o);
      require(kernel > 0, "kernel size should be greater than zero", o);
      require(o.stride().get(d) > 0, "stride should be greater than zero", o);
      require(
          dilation > 0,
          "dilation should be greater than zero, but got dilationH: "
              + o.dilation().getFirst()
              + " dilationW: "
              + o.dilation().getLast(),
          o);
    }
  }

  private static void require(boolean holds, String sentence, PoolOptions o) {
    if (!holds) {
      throw new ShapeException(sentence + ". Got " + o);
    }
  }

  /// There is a window, and each sees an element.
  private static void requireWindows(Tensor x, PoolOptions o) {
    Windows w = Windows.of(x.shape(), o);
    if (w.down() < 1 || w.across() < 1) {
      String channels = x.size(-3) + "x";
      throw new ShapeException(
          "Given input size: ("
              + channels
              + x.size(-2)
              + "x"
              + x.size(-1)
              + "). Calculated output size: ("
              + channels
              + w.down()
              + "x"
              + w.across()
              + "). Output size is too small");
    }
    boolean seeing =
        sees(
                w.height(),
                w.down(),
                w.kernelHeight(),
                w.strideHeight(),
                w.padHeight(),
                w.dilationHeight())
            && sees(
                w.width(),
                w.across(),
                w.kernelWidth(),
                w.strideWidth(),
                w.padWidth(),
                w.dilationWidth());
    require(seeing, "a window sees no element, for it steps over all " + x.shape(), o);
  }

  /// Whether every window along an axis sees an element: it may step over few by its dilation.
  private static boolean sees(
      long size, long windows, long kernel, long stride, long padding, long dilation) {
    for (long i = 0; i < windows && dilation > size; i++) {
      long first = i * stride - padding;
      long steps = first < 0 ? Math.ceilDiv(-first, dilation) : 0;
      if (steps >= kernel || first + steps * dilation >= size) {
        return false;
      }
    }
    return true;
  }
}
