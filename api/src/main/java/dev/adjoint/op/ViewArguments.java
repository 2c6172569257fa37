package dev.adjoint.op;

import dev.adjoint.Tensor;
import dev.adjoint.graph.Dispatch;
import dev.adjoint.graph.EagerTensor;
import dev.adjoint.type.IndexException;
import dev.adjoint.type.Shape;
import dev.adjoint.type.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Arguments of views, checked and resolved: negative dimensions, a size left to be computed.
public final class ViewArguments {
  private ViewArguments() {}

  /// A dimension of a tensor that has some.
  ///
  /// @throws IndexException for a 0-d tensor and when out of range
  public static int ofTensor(Tensor t, int dim) {
    if (t.dim() == 0) {
      throw new IndexException("Dimension specified as " + dim + " but tensor has no dimensions");
    }
    return t.shape().dim(dim);
  }

  private static Shape resolve(long[] sizes, long elements) {
    long known = 1;
    int open = -1;
    for (int d = 0; d < sizes.length; d++) {
      if (sizes[d] == -1) {
        if (open >= 0) {
          throw new ShapeException("only one dimension can be inferred");
        }
        open = d;
      } else {
        known *= sizes[d];
      }
    }
    long[] out = sizes.clone();
    if (open >= 0 && known > 0 && elements % known == 0) {
      out[open] = elements / known;
      known = elements;
    }
    if (known != elements || open >= 0 && out[open] < 0) {
      throw new ShapeException(
          "shape '" + Arrays.toString(sizes) + "' is invalid for input of size " + elements);
    }
    return Shape.of(out);
  }

  public static Tensor view(Tensor t, long... sizes) {
    Shape shape = resolve(sizes, t.numel());
    if (((EagerTensor) t).layout().view(shape) == null) {
      throw new ShapeException(
          "view size is not compatible with input tensor's size and stride (at least one dimension"
              + " spans across two contiguous subspaces). Use .reshape(...) instead. The tensor has shape "
              + t.shape()
              + " and strides "
              + Arrays.toString(t.stride()));
    }
    return Dispatch.view(new Views.View(shape, "ViewBackward0"), t);
  }

  public static Tensor reshape(Tensor t, long... sizes) {
    Shape shape = resolve(sizes, t.numel());
    if (((EagerTensor) t).layout().view(shape) == null) {
      return Dispatch.single(new Views.Resized(shape, "UnsafeViewBackward0"), t.contiguous());
    }
    String node = t.isContiguous() ? "ViewBackward0" : "ReshapeAliasBackward0";
    return Dispatch.view(new Views.View(shape, node), t);
  }

  public static Tensor flatten(Tensor t, int start, int end) {
    if (t.dim() == 0) {
      return reshape(t, 1);
    }
    int from = t.shape().dim(start);
    int to = t.shape().dim(end);
    if (from > to) {
      throw new ShapeException("flatten() has invalid args: start_dim cannot come after end_dim");
    }
    if (from == to) {
      return t;
    }
    long[] sizes = new long[t.dim() - (to - from)];
    long joined = 1;
    for (int d = 0; d < t.dim(); d++) {
      if (d >= from && d <= to) {
        joined *= t.size(d);
        sizes[from] = joined;
      } else {
        sizes[d < from ? d : d - (to - from)] = t.size(d);
      }
    }
    return reshape(t, sizes);
  }

  public static Tensor squeeze(Tensor t) {
    List<Integer> dims = new ArrayList<>();
    for (int d = 0; d < t.dim(); d++) {
      if (t.size(d) == 1) {
        dims.add(d);
      }
    }
    return Dispatch.view(new Views.Squeeze(List.copyOf(dims), "SqueezeBackward0"), t);
  }

  public static Tensor squeeze(Tensor t, int dim) {
    int d = t.shape().dim(dim);
    List<Integer> dims = t.dim() > 0 && t.size(d) == 1 ? List.of(d) : List.of();
    return Dispatch.view(new Views.Squeeze(dims, "SqueezeBackward1"), t);
  }

  public static Tensor transpose(Tensor t, int first, int second, String node) {
    int a = t.shape().dim(first);
    int b = t.shape().dim(second);
    List<Integer> order = identity(t.dim());
    if (t.dim() > 0) {
      order.set(a, b);
      order.set(b, a);
    }
    return Dispatch.view(new Views.Permute(List.copyOf(order), node), t);
  }

  private static List<Integer> identity(int rank) {
    List<Integer> order = new ArrayList<>();
    for (int d = 0; d < rank; d++) {
      order.add(d);
    }
    return order;
  }

  public static Tensor t(Tensor t) {
    if (t.dim() > 2) {
      throw new ShapeException(
          "t() expects a tensor with <= 2 dimensions, but self is "
              + t.dim()
              + "D. Use transpose.");
    }
    return t.dim() < 2
        ? Dispatch.view(new Views.Permute(List.copyOf(identity(t.dim())), "TBackward0"), t)
        : transpose(t, 0, 1, "TBackward0");
  }

  public static Tensor permute(Tensor t, int... order) {
    if (order.length != t.dim()) {
      throw new ShapeException(
          "permute: number of dimensions in the tensor input does not match the length of the desired"
              + (" ordering of dimensions i.e. input.dim() = " + t.dim())
              + (" is not equal to len(dims) = " + order.length));
    }
    List<Integer> dims = new ArrayList<>();
    for (int d : order) {
      int dim = t.shape().dim(d);
      if (dims.contains(dim)) {
        throw new ShapeException("permute(): duplicate dims are not allowed.");
      }
      dims.add(dim);
    }
    return Dispatch.view(new Views.Permute(List.copyOf(dims), "PermuteBackward0"), t);
  }

  public static Tensor movedim(Tensor t, int source, int destination) {
    List<Integer> order = identity(t.dim());
    int from = t.shape().dim(source);
    int to = t.shape().dim(destination);
    if (t.dim() > 0) {
      int moved = order.get(from);
      order.subList(from, from + 1).clear();
      order.add(to, moved);
    }
    return permute(t, Reductions.array(order));
  }

  public static Tensor expand(Tensor t, long... sizes) {
    int added = sizes.length - t.dim();
    if (added < 0) {
      throw new ShapeException(
          "expand: the number of sizes provided ("
              + sizes.length
              + ") must be greater or equal to the number of dimensions in the tensor ("
              + t.dim()
              + ")");
    }
    long[] out = sizes.clone();
    for (int d = sizes.length - 1; d >= 0; d--) {
      long own = d < added ? 1 : t.size(d - added);
      if (sizes[d] == -1 && d >= added) {
        out[d] = own;
      } else if (sizes[d] != own && own != 1) {
        throw new ShapeException(
            "The expanded size of the tensor ("
                + (sizes[d] + ") must match the existing size (" + own)
                + (") at non-singleton dimension " + d)
                + ".  Target sizes: "
                + Arrays.toString(sizes)
                + ".  Tensor sizes: "
                + t.shape());
      }
    }
    return Dispatch.view(new Views.Expand(Shape.of(out)), t);
  }

  public static Tensor select(Tensor t, int dim, long index) {
    if (t.dim() == 0) {
      throw new IndexException("select() cannot be applied to a 0-dim tensor.");
    }
    int d = t.shape().dim(dim);
    long size = t.size(d);
    if (index < -size || index >= size) {
      throw new IndexException(
          "select(): index "
              + index
              + " out of range for tensor of size "
              + t.shape()
              + " at dimension "
              + d);
    }
    return Dispatch.view(new Views.Select(d, index < 0 ? index + size : index), t);
  }

  public static List<Tensor> unbind(Tensor t, int dim) {
    return Dispatch.views(new Views.Unbind(ofTensor(t, dim)), t);
  }

  public static Tensor diagonal(Tensor t, long offset, int first, int second) {
    int a = ofTensor(t, first);
    int b = ofTensor(t, second);
    if (a == b) {
      throw new ShapeException("diagonal dimensions cannot be identical " + first + ", " + second);
    }
    return Dispatch.view(new Views.Diagonal(offset, a, b), t);
  }
}
