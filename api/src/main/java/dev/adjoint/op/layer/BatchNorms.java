package dev.adjoint.op.layer;

import static java.util.Objects.requireNonNull;

import dev.adjoint.Tensor;
import dev.adjoint.graph.Dispatch;
import dev.adjoint.graph.Kernels;
import dev.adjoint.graph.mode.GradMode;
import dev.adjoint.op.Compute;
import dev.adjoint.op.Derivative;
import dev.adjoint.op.Saved;
import dev.adjoint.spi.Reducer;
import dev.adjoint.type.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Normalisations of channels, which are dimension 1 of the input.
final class BatchNorms {
  private static final String NODE = "NativeBatchNormBackward0";

  private BatchNorms() {}

  /// Images with their channels last stay so; all else is normalised in row-major order, as in PyTorch.
  private static Tensor ordered(Tensor x) {
    int[] order = Kernels.order(x);
    if (order == null) {
      return x;
    }
    boolean last = x.dim() > 3 && order[0] == 0 && order[x.dim() - 1] == 1;
    for (int d = 1; last && d < x.dim() - 1; d++) {
      last = order[d] == d + 1;
    }
    return last ? x : x.contiguous();
  }

  /// One number for each channel, shaped to stretch over an input.
  private static Tensor stretching(Tensor t, int rank) {
    long[] sizes = new long[rank];
    Arrays.fill(sizes, 1);
    sizes[1] = t.numel();
    return t.reshape(sizes);
  }

  /// x times a number for each channel, plus another, where there are such.
  private static Tensor affine(Tensor x, @Nullable Tensor weight, @Nullable Tensor bias) {
    Tensor y = weight == null ? x : x.mul(stretching(weight, x.dim()));
    return bias == null ? y : y.add(stretching(bias, x.dim()));
  }

  private static List<@Nullable Tensor> gradients(
      Tensor ofX, int between, @Nullable Tensor ofWeight, @Nullable Tensor ofBias) {
    List<@Nullable Tensor> all = new ArrayList<>();
    all.add(ofX);
    for (int i = 0; i < between; i++) {
      all.add(null);
    }
    if (ofWeight != null) {
      all.add(ofWeight);
    }
    if (ofBias != null) {
      all.add(ofBias);
    }
    return all;
  }

  /// Channels with mean 0 and variance 1 over the batch, times a weight and plus a bias if there are.
  /// Results: these, the means, 1 / √(variance + epsilon), and the variances, with as many dimensions as
  /// the input.
  record OfBatch(double epsilon, boolean weighted, boolean biased) implements Compute {
    @Override
    public String node() {
      return NODE;
    }

    @Override
    public List<String> operands() {
      return List.of("input", "weight", "bias");
    }

    @Override
    public boolean differentiable(int output) {
      return output == 0;
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor x = ordered(inputs.getFirst());
      int[] dims = Columns.apartFromChannels(x.dim());
      double count = (double) x.numel() / (double) x.size(1);
      Tensor mean = Kernels.fold(Reducer.SUM, x, dims, true, x.dtype()).div(count);
      Tensor rest = x.sub(mean);
      Tensor squares = Kernels.fold(Reducer.SUM, rest.square(), dims, true, x.dtype());
      Tensor variance = squares.div(count);
      Tensor rstd = variance.add(epsilon).rsqrt();
      Tensor weight = weighted ? inputs.get(1) : null;
      Tensor y = affine(rest.mul(rstd), weight, biased ? inputs.getLast() : null);
      return List.of(y, mean, rstd, variance);
    }

    @Override
    public int saves(boolean[] needs) {
      return Derivative.INPUT_0
          | (weighted ? Derivative.INPUT_1 : 0)
          | Derivative.OUTPUT_1
          | Derivative.OUTPUT << 2;
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Tensor g = requireNonNull(gradients.getFirst());
      Tensor x = saved.input(0);
      int[] dims = Columns.apartFromChannels(g.dim());
      Tensor weight = weighted ? stretching(saved.input(1), g.dim()) : null;
      Tensor z = GradMode.isEnabled() ? standard(x) : x.sub(saved.output(1)).mul(saved.output(2));
      Tensor ofWeight = g.mul(z).sum(dims, true);
      Tensor ofBias = g.sum(dims, true);
      Tensor ofX;
      if (GradMode.isEnabled()) {
        Tensor h = weight == null ? g : g.mul(weight);
        List<Integer> over = Arrays.stream(dims).boxed().toList();
        ofX = Dispatch.single(new Centred(over, epsilon), h, x);
      } else {
        double count = (double) x.numel() / (double) x.size(1);
        Tensor scale = weight == null ? saved.output(2) : saved.output(2).mul(weight);
        ofX = g.sub(ofBias.div(count)).sub(z.mul(ofWeight.div(count))).mul(scale);
      }
      return BatchNorms.gradients(
          ofX,
          0,
          weighted ? ofWeight.reshape(saved.shape(1).toArray()) : null,
          biased ? ofBias.reshape(x.size(1)) : null);
    }

    private Tensor standard(Tensor x) {
      return Dispatch.compute(new OfBatch(epsilon, false, false), x).getFirst();
    }
  }

  /// Channels by given means and variances, which get no gradient: inputs 1 and 2.
  record Fixed(double epsilon, boolean weighted, boolean biased) implements Compute {
    @Override
    public String node() {
      return NODE;
    }

    @Override
    public List<String> operands() {
      return List.of("input", "running_mean", "running_var", "weight", "bias");
    }

    private Tensor rstd(Tensor variance, int rank) {
      return stretching(variance.add(epsilon).rsqrt(), rank);
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor x = ordered(inputs.getFirst());
      Tensor rest = x.sub(stretching(inputs.get(1), x.dim()));
      Tensor weight = weighted ? inputs.get(3) : null;
      Tensor z = rest.mul(rstd(inputs.get(2), x.dim()));
      return List.of(affine(z, weight, biased ? inputs.getLast() : null));
    }

    @Override
    public int saves(boolean[] needs) {
      return Derivative.INPUT_0
          | Derivative.INPUT_1
          | Derivative.INPUT_0 << 2
          | (weighted ? Derivative.INPUT_0 << 3 : 0);
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Tensor g = requireNonNull(gradients.getFirst());
      int[] dims = Columns.apartFromChannels(g.dim());
      Tensor rstd = rstd(saved.input(2), g.dim());
      Tensor scale = weighted ? rstd.mul(stretching(saved.input(3), g.dim())) : rstd;
      Tensor z = saved.input(0).sub(stretching(saved.input(1), g.dim())).mul(rstd);
      return BatchNorms.gradients(
          g.mul(scale),
          2,
          weighted ? g.mul(z).sum(dims, false) : null,
          biased ? g.sum(dims, false) : null);
    }
  }

  /// Groups of channels of each image with mean 0 and variance 1, times a weight and plus a bias for
  /// each channel if there are.
  record Groups(long groups, double epsilon, boolean weighted, boolean biased) implements Compute {
    @Override
    public String node() {
      return "NativeGroupNormBackward0";
    }

    @Override
    public List<String> operands() {
      return List.of("input", "weight", "bias");
    }

    private Tensor grouped(Tensor t) {
      long images = t.size(0);
      long each = images == 0 ? 0 : t.numel() / images / groups;
      return t.reshape(images, groups, each);
    }

    private Tensor standard(Tensor x) {
      Norms.Layer layer = new Norms.Layer(1, epsilon, false, false);
      Tensor z = Dispatch.compute(layer, grouped(x)).getFirst();
      return z.reshape(x.shape().toArray());
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor weight = weighted ? inputs.get(1) : null;
      Tensor z = standard(inputs.getFirst());
      return List.of(affine(z, weight, biased ? inputs.getLast() : null));
    }

    @Override
    public int saves(boolean[] needs) {
      return Derivative.INPUT_0 | (weighted ? Derivative.INPUT_1 : 0);
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Tensor g = requireNonNull(gradients.getFirst());
      Tensor x = saved.input(0);
      Shape shape = x.shape();
      Tensor h = weighted ? g.mul(stretching(saved.input(1), g.dim())) : g;
      Tensor ofX = Dispatch.single(new Centred(List.of(2), epsilon), grouped(h), grouped(x));
      int[] dims = Columns.apartFromChannels(g.dim());
      return BatchNorms.gradients(
          ofX.reshape(shape.toArray()),
          0,
          weighted ? g.mul(standard(x)).sum(dims, false) : null,
          biased ? g.sum(dims, false) : null);
    }
  }
}
