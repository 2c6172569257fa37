package dev.adjoint.op.layer;

import static java.util.Objects.requireNonNull;

import dev.adjoint.Tensor;
import dev.adjoint.graph.Dispatch;
import dev.adjoint.graph.Kernels;
import dev.adjoint.nn.PoolOptions;
import dev.adjoint.op.Compute;
import dev.adjoint.op.Derivative;
import dev.adjoint.op.Saved;
import dev.adjoint.op.index.Scatters;
import dev.adjoint.type.DType;
import dev.adjoint.type.Shape;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Pools over the last two dimensions. Options are spelled out and checked: see [PoolArguments].
public final class Pools {
  private Pools() {}

  /// The input's shape with as many rows and columns as there are windows.
  static Shape output(Shape input, Windows windows) {
    long[] sizes = input.toArray();
    sizes[sizes.length - 2] = windows.down();
    sizes[sizes.length - 1] = windows.across();
    return Shape.of(sizes);
  }

  /// The greatest element of each window, and where in its plane it is: the first of equals, but the
  /// last NaN if there is one.
  public record Max(PoolOptions options) implements Compute {
    @Override
    public String node() {
      return "MaxPool2DWithIndicesBackward0";
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor x = inputs.getFirst().contiguous();
      Windows windows = Windows.of(x.shape(), options);
      Shape shape = output(x.shape(), windows);
      Tensor y = Kernels.empty(x, shape, x.dtype());
      Tensor places = Kernels.empty(x, shape, DType.INT64);
      windows.pool("max_pool", List.of(x), List.of(y, places), 0);
      return List.of(y, places);
    }

    @Override
    public int saves(boolean[] needs) {
      return Derivative.OUTPUT_1;
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Tensor g = gradients.getFirst();
      Compute chosen = new OfChosen(options, saved.shape(0));
      return Arrays.asList(g == null ? null : Dispatch.single(chosen, g, saved.output(1)));
    }
  }

  /// What each element gets of the gradients of the windows that chose it.
  private record OfChosen(PoolOptions options, Shape input) implements Compute {
    @Override
    public String node() {
      return "MaxPool2DWithIndicesBackwardBackward0";
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor g = inputs.get(0).contiguous();
      Tensor x = Kernels.empty(g, input, g.dtype());
      List<Tensor> read = List.of(g, inputs.get(1));
      Windows.of(input, options).poolBackward("max_pool_backward", read, x, 0);
      return List.of(x);
    }

    @Override
    public int saves(boolean[] needs) {
      return Derivative.INPUT_1;
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Tensor x = requireNonNull(gradients.getFirst());
      Tensor places = saved.input(1);
      int planes = input.rank() - 2;
      Tensor all = x.flatten(planes, -1);
      Tensor chosen = places.flatten(planes, -1);
      Tensor g = Dispatch.single(new Scatters.Gather(planes), all, chosen);
      return Arrays.asList(g.reshape(places.shape().toArray()), null);
    }
  }

  /// The mean of each window.
  public record Mean(PoolOptions options) implements Compute {
    @Override
    public String node() {
      return "AvgPool2DBackward0";
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor x = inputs.getFirst().contiguous();
      Windows windows = Windows.of(x.shape(), options);
      Tensor y = Kernels.empty(x, output(x.shape(), windows), x.dtype());
      windows.pool("avg_pool", List.of(x), List.of(y), divisor(options));
      return List.of(y);
    }

    @Override
    public int saves(boolean[] needs) {
      return Derivative.NOTHING;
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Tensor g = requireNonNull(gradients.getFirst());
      return Arrays.asList(Dispatch.single(new OfMean(options, saved.shape(0)), g));
    }
  }

  /// As the kernel takes it: 0 for elements and padding, -1 for elements.
  private static long divisor(PoolOptions options) {
    return options.divisor() == 0 && !options.countIncludePad() ? -1 : options.divisor();
  }

  /// What each element gets of the gradients of the windows that see it.
  private record OfMean(PoolOptions options, Shape input) implements Compute {
    @Override
    public String node() {
      return "AvgPool2DBackwardBackward0";
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor g = inputs.getFirst().contiguous();
      Tensor x = Kernels.empty(g, input, g.dtype());
      Windows windows = Windows.of(input, options);
      windows.poolBackward("avg_pool_backward", List.of(g), x, divisor(options));
      return List.of(x);
    }

    @Override
    public int saves(boolean[] needs) {
      return Derivative.NOTHING;
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Tensor x = requireNonNull(gradients.getFirst());
      return Arrays.asList(Dispatch.single(new Mean(options), x));
    }
  }
}
