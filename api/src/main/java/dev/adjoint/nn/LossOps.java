package dev.adjoint.nn;

import static java.util.Objects.requireNonNull;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.nn.Losses.Reduction;
import dev.adjoint.op.Compute;
import dev.adjoint.op.Derivative;
import dev.adjoint.op.Saved;
import dev.adjoint.type.Shape;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The losses that are one node each. Inputs: predictions, targets.
final class LossOps {
  private static final int BOTH = Derivative.INPUT_0 | Derivative.INPUT_1;

  private LossOps() {}

  static Tensor reduce(Tensor losses, Reduction reduction) {
    return switch (reduction) {
      case NONE -> losses;
      case MEAN -> losses.mean();
      case SUM -> losses.sum();
    };
  }

  /// The gradient of each element's loss.
  private static Tensor spread(Tensor g, Saved saved, Reduction reduction) {
    Shape shape = saved.shape(0).broadcast(saved.shape(1), "loss");
    return reduction == Reduction.MEAN ? g.div((double) shape.elements()) : g;
  }

  /// The gradients of a loss of x - t: one, and its negative.
  private static List<@Nullable Tensor> opposite(Tensor g, Saved saved) {
    return Arrays.asList(saved.needs(0) ? g : null, saved.needs(1) ? g.neg() : null);
  }

  /// (x - t)²
  record Mse(Reduction reduction) implements Compute {
    @Override
    public String node() {
      return "MseLossBackward0";
    }

    @Override
    public List<String> operands() {
      return List.of("self", "target");
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      return List.of(reduce(inputs.get(0).sub(inputs.get(1)).square(), reduction));
    }

    @Override
    public int saves(boolean[] needs) {
      return BOTH;
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Tensor g = spread(requireNonNull(gradients.getFirst()), saved, reduction);
      return opposite(saved.input(0).sub(saved.input(1)).mul(g.mul(2)), saved);
    }
  }

  /// With d = |x - t|: d² / 2β below β, d - β/2 from there on.
  record SmoothL1(double beta, Reduction reduction) implements Compute {
    @Override
    public String node() {
      return "SmoothL1LossBackward0";
    }

    @Override
    public List<String> operands() {
      return List.of("self", "target");
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor d = inputs.get(0).sub(inputs.get(1)).abs();
      Tensor near = d.square().mul(0.5).div(beta);
      return List.of(reduce(Tensors.where(d.lt(beta), near, d.sub(0.5 * beta)), reduction));
    }

    @Override
    public int saves(boolean[] needs) {
      return BOTH;
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Tensor g = spread(requireNonNull(gradients.getFirst()), saved, reduction);
      Tensor d = saved.input(0).sub(saved.input(1));
      return opposite(d.div(beta).clamp(-1.0, 1.0).mul(g), saved);
    }
  }

  /// max(x, 0) - x t + log(1 + e^-|x|)
  record BceWithLogits(Reduction reduction) implements Compute {
    @Override
    public String node() {
      return "BinaryCrossEntropyWithLogitsBackward0";
    }

    @Override
    public List<String> operands() {
      return List.of("self", "target");
    }

    @Override
    public List<Tensor> forward(List<Tensor> inputs) {
      Tensor x = inputs.get(0);
      Tensor tail = x.abs().neg().exp().log1p();
      Tensor hit = inputs.get(1).mul(x); // lies as the target does, and so does PyTorch's result
      return List.of(reduce(hit.neg().add(x.clampMin(0)).add(tail), reduction));
    }

    @Override
    public int saves(boolean[] needs) {
      return BOTH;
    }

    @Override
    public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
      Tensor g = spread(requireNonNull(gradients.getFirst()), saved, reduction);
      Tensor x = saved.input(0);
      return Arrays.asList(
          saved.needs(0) ? x.sigmoid().sub(saved.input(1)).mul(g) : null,
          saved.needs(1) ? x.neg().mul(g) : null);
    }
  }
}
