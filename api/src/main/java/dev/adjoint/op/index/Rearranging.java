package dev.adjoint.op.index;

import static java.util.Objects.requireNonNull;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.graph.Dispatch;
import dev.adjoint.graph.Kernels;
import dev.adjoint.op.Compute;
import dev.adjoint.op.Derivative;
import dev.adjoint.op.Reductions;
import dev.adjoint.op.Saved;
import dev.adjoint.op.ViewArguments;
import dev.adjoint.type.Shape;
import dev.adjoint.type.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The same elements in other places of a fresh tensor: repeated, backwards, rolled.
public final class Rearranging {
  private Rearranging() {}

  public static Tensor repeat(Tensor x, long... times) {
    if (times.length < x.dim()) {
      throw new ShapeException(
          "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor."
              + " They are "
              + times.length
              + " and "
              + x.dim());
    }
    long[] sizes = times.clone();
    for (int d = 0; d < x.dim(); d++) {
      sizes[times.length - x.dim() + d] *= x.size(d);
    }
    List<Long> counts = Arrays.stream(times).boxed().toList();
    return Dispatch.single(new Repeat(counts, Shape.of(sizes)), x);
  }

  public static Tensor flip(Tensor x, int... dims) {
    List<Integer> flipped = dims.length == 0 ? List.of() : Reductions.dims(x, dims);
    return Dispatch.single(new Flip(flipped), x);
  }

  public static Tensor roll(Tensor x, long shift, int dim) {
    int d = ViewArguments.ofTensor(x, dim);
    return Dispatch.single(new Roll(shift, d), x);
  }

  /// Copies side by side along each dimension.
  ///
  /// @param times how many along each dimension of the result
  public record Repeat(List<Long> times, Shape shape) implements Compute {
    @Override
    public String node() {
      return "RepeatBackward0";
    }

    @Override
    public boolean takesHalves() {
      return true;
    }

    /// Sizes with each count before the size that it repeats.
    private long[] interleaved(Shape input, boolean repeated) {
      long[] out = new long[2 * times.size()];
      int added = times.size() - input.rank();
      for (int d = 0; d < times.size(); d++) {
        out[2 * d] = repeated ? times.get(d) : 1;
        out[2 * d + 1] = d < added ? 1 : input.size(d - added);
      }
      return out;
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor x = inputs.getFirst();
      Tensor wide =
          Dispatch.copy(
              x.reshape(interleaved(x.shape(), false)).expand(interleaved(x.shape(), true)));
      // Detached, because an operation's result is not a view.
      return List.of(wide.reshape(shape.toArray()).detach());
    }

    @Override
    public int saves(boolean[] needs) {
      return Derivative.NOTHING;
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Tensor g = requireNonNull(gradients.getFirst());
      Shape input = saved.shape(0);
      if (times.isEmpty()) {
        return Arrays.asList(g);
      }
      int[] counts = new int[times.size()];
      Arrays.setAll(counts, d -> 2 * d);
      Tensor sum = g.reshape(interleaved(input, true)).sum(counts);
      return Arrays.asList(sum.reshape(input.toArray()));
    }
  }

  /// Some dimensions backwards.
  public record Flip(List<Integer> dims) implements Compute {
    @Override
    public String node() {
      return "FlipBackward0";
    }

    @Override
    public boolean takesHalves() {
      return true;
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor x = inputs.getFirst();
      boolean[] flipped = new boolean[x.dim()];
      dims.forEach(d -> flipped[d] = true);
      return List.of(Kernels.reversed(x, flipped).clone());
    }

    @Override
    public int saves(boolean[] needs) {
      return Derivative.NOTHING;
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      return Arrays.asList(Dispatch.single(this, requireNonNull(gradients.getFirst())));
    }
  }

  /// A dimension moved on by some places; what leaves at the end comes in at the start.
  public record Roll(long shift, int dim) implements Compute {
    @Override
    public String node() {
      return "RollBackward0";
    }

    @Override
    public boolean takesHalves() {
      return true;
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor x = inputs.getFirst();
      long n = x.size(dim);
      long places = n == 0 ? 0 : Math.floorMod(shift, n);
      if (places == 0) {
        return List.of(Dispatch.copy(x));
      }
      List<Tensor> parts = new ArrayList<>();
      parts.add(x.narrow(dim, n - places, places));
      parts.add(x.narrow(dim, 0, n - places));
      return List.of(Tensors.cat(parts, dim));
    }

    @Override
    public int saves(boolean[] needs) {
      return Derivative.NOTHING;
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Tensor g = requireNonNull(gradients.getFirst());
      return Arrays.asList(Dispatch.single(new Roll(-shift, dim), g));
    }
  }
}
