package dev.adjoint.op;

import static java.util.Objects.requireNonNull;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.graph.Dispatch;
import dev.adjoint.memory.layout.Layout;
import dev.adjoint.type.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The views: each says its layout and where the gradient goes. Arguments were checked by the facade.
public final class Views {
  private Views() {}

  /// Zeros of a shape with the gradient in the view's place.
  static Tensor scatter(ViewOp view, Tensor g, Shape input) {
    Tensor whole = Tensors.zeros(input, g.dtype(), g.device());
    Dispatch.view(view, whole).copy_(g);
    return whole;
  }

  private static Tensor only(List<@Nullable Tensor> gradients) {
    return requireNonNull(gradients.getFirst());
  }

  /// Other sizes over elements in the same order.
  public record View(Shape shape, String node) implements ViewOp {
    @Override
    public List<Layout> layouts(Layout input) {
      return List.of(requireNonNull(input.view(shape)));
    }

    @Override
    public Tensor backward(List<@Nullable Tensor> gradients, Shape input) {
      return only(gradients).reshape(input.toArray());
    }
  }

  /// Dimensions in another order.
  public record Permute(List<Integer> order, String node) implements ViewOp {
    @Override
    public List<Layout> layouts(Layout input) {
      return List.of(input.permute(Reductions.array(order)));
    }

    @Override
    public Tensor backward(List<@Nullable Tensor> gradients, Shape input) {
      int[] inverse = new int[order.size()];
      for (int d = 0; d < inverse.length; d++) {
        inverse[order.get(d)] = d;
      }
      return only(gradients).permute(inverse);
    }
  }

  /// Dimensions of size 1 stretched, and leading ones added, without a copy.
  public record Expand(Shape shape) implements ViewOp {
    @Override
    public String node() {
      return "ExpandBackward0";
    }

    @Override
    public List<Layout> layouts(Layout input) {
      return List.of(input.expand(shape));
    }

    /// The pass itself sums a gradient to its input's shape.
    @Override
    public Tensor backward(List<@Nullable Tensor> gradients, Shape input) {
      return only(gradients);
    }
  }

  /// One index of a dimension.
  public record Select(int dim, long index) implements ViewOp {
    @Override
    public String node() {
      return "SelectBackward0";
    }

    @Override
    public List<Layout> layouts(Layout input) {
      return List.of(input.select(dim, index));
    }

    @Override
    public Tensor backward(List<@Nullable Tensor> gradients, Shape input) {
      return scatter(this, only(gradients), input);
    }
  }

  /// Indices of a dimension from a start, a step apart.
  public record Slice(int dim, long start, long length, long step) implements ViewOp {
    @Override
    public String node() {
      return "SliceBackward0";
    }

    @Override
    public List<Layout> layouts(Layout input) {
      return List.of(input.slice(dim, start, length, step));
    }

    @Override
    public Tensor backward(List<@Nullable Tensor> gradients, Shape input) {
      return scatter(this, only(gradients), input);
    }
  }

  /// The diagonal of two dimensions.
  public record Diagonal(long offset, int first, int second) implements ViewOp {
    @Override
    public String node() {
      return "DiagonalBackward0";
    }

    @Override
    public List<Layout> layouts(Layout input) {
      return List.of(input.diagonal(offset, first, second));
    }

    @Override
    public Tensor backward(List<@Nullable Tensor> gradients, Shape input) {
      return scatter(this, only(gradients), input);
    }
  }

  /// A dimension of size 1 added.
  public record Unsqueeze(int dim) implements ViewOp {
    @Override
    public String node() {
      return "UnsqueezeBackward0";
    }

    @Override
    public List<Layout> layouts(Layout input) {
      return List.of(input.unsqueeze(dim));
    }

    @Override
    public Tensor backward(List<@Nullable Tensor> gradients, Shape input) {
      return only(gradients).squeeze(dim);
    }
  }

  /// Dimensions of size 1 taken away.
  public record Squeeze(List<Integer> dims, String node) implements ViewOp {
    @Override
    public List<Layout> layouts(Layout input) {
      Layout out = input;
      for (int d : dims.reversed()) {
        out = out.squeeze(d);
      }
      return List.of(out);
    }

    @Override
    public Tensor backward(List<@Nullable Tensor> gradients, Shape input) {
      return only(gradients).reshape(input.toArray());
    }
  }

  /// Every index of a dimension as a tensor of its own.
  public record Unbind(int dim) implements ViewOp {
    @Override
    public String node() {
      return "UnbindBackward0";
    }

    @Override
    public List<Layout> layouts(Layout input) {
      List<Layout> out = new ArrayList<>();
      for (long i = 0; i < input.shape().size(dim); i++) {
        out.add(input.select(dim, i));
      }
      return out;
    }

    @Override
    public Tensor backward(List<@Nullable Tensor> gradients, Shape input) {
      return Joining.pack(gradients, input, dim);
    }

    @Override
    public ViewOp single(int result) {
      return new Select(dim, result);
    }
  }

  /// Consecutive pieces of a dimension.
  public record Split(int dim, List<Long> sizes, String node) implements ViewOp {
    @Override
    public List<Layout> layouts(Layout input) {
      List<Layout> out = new ArrayList<>();
      long start = 0;
      for (long size : sizes) {
        out.add(input.slice(dim, start, size, 1));
        start += size;
      }
      return out;
    }

    @Override
    public Tensor backward(List<@Nullable Tensor> gradients, Shape input) {
      List<Tensor> pieces = new ArrayList<>();
      for (int i = 0; i < sizes.size(); i++) {
        Tensor g = gradients.get(i);
        long[] shape = input.toArray();
        shape[dim] = sizes.get(i);
        pieces.add(g == null ? zeros(Shape.of(shape), gradients) : g);
      }
      return Tensors.cat(pieces, dim);
    }

    /// Zeros of the type and on the device of those gradients that are there.
    private static Tensor zeros(Shape shape, List<@Nullable Tensor> gradients) {
      for (Tensor g : gradients) {
        if (g != null) {
          return Tensors.zeros(shape, g.dtype(), g.device());
        }
      }
      throw new IllegalStateException("split: no gradient is given");
    }

    @Override
    public ViewOp single(int result) {
      long start = 0;
      for (long size : sizes.subList(0, result)) {
        start += size;
      }
      return new Slice(dim, start, sizes.get(result), 1);
    }
  }

  /// A product or a copy that was just made, under other sizes. No view: nobody else has its memory.
  public record Resized(Shape shape, String node) implements Compute {
    @Override
    public boolean takesHalves() {
      return true;
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      return List.of(inputs.getFirst().view(shape.toArray()).detach());
    }

    @Override
    public int saves(boolean[] needs) {
      return Derivative.NOTHING;
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Tensor g = requireNonNull(gradients.getFirst());
      return Arrays.asList(g.reshape(saved.shape(0).toArray()));
    }
  }
}
