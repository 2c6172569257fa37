package dev.adjoint.op.layer;

import static java.util.Objects.requireNonNull;

import dev.adjoint.Tensor;
import dev.adjoint.graph.Dispatch;
import dev.adjoint.graph.Kernels;
import dev.adjoint.nn.ConvOptions;
import dev.adjoint.op.Compute;
import dev.adjoint.op.Derivative;
import dev.adjoint.op.Saved;
import dev.adjoint.type.Shape;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A convolution of images with a weight, perhaps plus a bias.
///
/// It is linear in the images and in the weight, so it and its two gradients are one another's
/// derivatives, of any order: Σ conv(x, w) g = Σ x [OfInput](g, w) = Σ w [OfWeight](x, g).
///
/// @param options spelled out, one size for each dimension of an image
/// @param biased whether there is a third input
public record Convolution(ConvOptions options, boolean biased) implements Compute {
  private static final String GRADIENT = "ConvolutionBackwardBackward0";

  @Override
  public String node() {
    return "ConvolutionBackward0";
  }

  @Override
  public List<String> operands() {
    return List.of("input", "weight", "bias");
  }

  @Override
  public List<Tensor> forward(List<Tensor> inputs) {
    Tensor x = inputs.get(0).contiguous();
    Tensor w = inputs.get(1);
    Columns columns = Columns.of(x.shape(), w.shape(), options);
    Shape shape = columns.output();
    Tensor y = Kernels.empty(x, shape, x.dtype());
    columns.forward(x, w, y);
    return List.of(biased ? y.add(ofChannels(inputs.get(2), shape.rank())) : y); // may wait
  }

  private static Tensor ofChannels(Tensor bias, int rank) {
    long[] sizes = new long[rank];
    Arrays.fill(sizes, 1);
    sizes[1] = bias.numel();
    return bias.view(sizes);
  }

  private static int crosswise(boolean[] needs) {
    return (needs[0] ? Derivative.INPUT_1 : 0) | (needs[1] ? Derivative.INPUT_0 : 0);
  }

  @Override
  public int saves(boolean[] needs) {
    return crosswise(needs);
  }

  @Override
  public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
    Tensor g = requireNonNull(gradients.getFirst());
    OfInput ofInput = new OfInput(options, saved.shape(0));
    OfWeight ofWeight = new OfWeight(options, saved.shape(1));
    int[] others = Columns.apartFromChannels(g.dim());
    return Arrays.asList(
        saved.needs(0) ? Dispatch.single(ofInput, g, saved.input(1)) : null,
        saved.needs(1) ? Dispatch.single(ofWeight, saved.input(0), g) : null,
        biased && saved.needs(2) ? g.sum(others, false) : null);
  }

  private record OfInput(ConvOptions options, Shape input) implements Compute {
    @Override
    public String node() {
      return GRADIENT;
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor g = inputs.get(0).contiguous();
      Tensor w = inputs.get(1);
      Tensor x = Kernels.empty(g, input, g.dtype());
      Columns.of(input, w.shape(), options).ofInput(g, w, x);
      return List.of(x);
    }

    @Override
    public int saves(boolean[] needs) {
      return crosswise(needs);
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Tensor x = requireNonNull(gradients.getFirst());
      OfWeight ofWeight = new OfWeight(options, saved.shape(1));
      return Arrays.asList(
          saved.needs(0)
              ? Dispatch.single(new Convolution(options, false), x, saved.input(1))
              : null,
          saved.needs(1) ? Dispatch.single(ofWeight, x, saved.input(0)) : null);
    }
  }

  private record OfWeight(ConvOptions options, Shape weight) implements Compute {
    @Override
    public String node() {
      return GRADIENT;
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor x = inputs.get(0).contiguous();
      Tensor g = inputs.get(1).contiguous();
      return List.of(Columns.of(x.shape(), weight, options).ofWeight(x, g));
    }

    @Override
    public int saves(boolean[] needs) {
      return crosswise(needs);
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Tensor w = requireNonNull(gradients.getFirst());
      OfInput ofInput = new OfInput(options, saved.shape(0));
      return Arrays.asList(
          saved.needs(0) ? Dispatch.single(ofInput, saved.input(1), w) : null,
          saved.needs(1)
              ? Dispatch.single(new Convolution(options, false), saved.input(0), w)
              : null);
    }
  }
}
