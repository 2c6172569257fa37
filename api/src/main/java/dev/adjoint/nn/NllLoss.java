package dev.adjoint.nn;

import static java.util.Objects.requireNonNull;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.graph.Dispatch;
import dev.adjoint.graph.Kernels;
import dev.adjoint.graph.mode.GradMode;
import dev.adjoint.nn.Losses.Reduction;
import dev.adjoint.op.Compute;
import dev.adjoint.op.Derivative;
import dev.adjoint.op.Saved;
import dev.adjoint.op.Scans;
import dev.adjoint.op.index.Scatters;
import dev.adjoint.type.DType;
import dev.adjoint.type.Shape;
import dev.adjoint.type.ShapeException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// -x[class], for x of log probabilities with the classes along a dimension. Of the mean, the second
/// result is of how many.
record NllLoss(int dim, long ignore, Reduction reduction) implements Compute {
  private static final long TOTALS = 1;
  private static final long MEAN = 2;
  private static final long EACH = 4;

  /// So many losses one group sums up.
  private static final long FEW = 1 << 14;

  @Override
  public String node() {
    return "NllLossBackward0";
  }

  @Override
  public List<String> operands() {
    return List.of("self", "target");
  }

  @Override
  public String result(int index, int of) {
    return "total_weight";
  }

  @Override
  public boolean differentiable(int output) {
    return output == 0;
  }

  @Override
  public List<Tensor> forward(List<Tensor> inputs) {
    Tensor x = inputs.get(0);
    Tensor target = inputs.get(1);
    if (reduction != Reduction.NONE && target.numel() <= FEW) {
      return few(x, target.contiguous());
    }
    Tensor ignored = target.eq(ignore);
    Tensor index = places(target, ignored, x.dim());
    Tensor picked = Scans.LogSoftmax.picked(x, dim, index).reshape(target.shape().toArray());
    Tensor losses = picked.neg().maskedFill(ignored, 0);
    return switch (reduction) {
      // Of one vector it is one number, though the target may have a dimension.
      case NONE -> List.of(x.dim() == 1 ? losses.reshape() : losses);
      case SUM -> List.of(losses.sum());
      case MEAN -> {
        Tensor count = ignored.logicalNot().sum();
        yield List.of(losses.sum().div(count), count);
      }
    };
  }

  /// By one kernel.
  private List<Tensor> few(Tensor x, Tensor target) {
    List<Tensor> results =
        Scans.LogSoftmax.insteadOf(
            x, dim, (logits, totals) -> summed(logits, totals, target, TOTALS));
    if (results != null) {
      return results;
    }
    Tensor stored = x.contiguous();
    return summed(stored, stored, target, 0);
  }

  private List<Tensor> summed(Tensor x, Tensor totals, Tensor target, long flags) {
    Tensor loss = Kernels.emptyBeside(x, Shape.of(), x.dtype());
    Tensor count = Kernels.emptyBeside(x, Shape.of(), DType.INT64);
    long[] around = x.shape().around(dim);
    long mean = reduction == Reduction.MEAN ? MEAN : 0;
    Kernels.call(
        "nll_loss",
        "nll_loss",
        x.dtype(),
        List.of(x, totals, target),
        List.of(loss, count),
        false,
        new long[] {around[0], around[1], around[2], ignore, flags | mean},
        1,
        target.numel());
    return mean != 0 ? List.of(loss, count) : List.of(loss);
  }

  /// The classes as an index along their dimension; 0 for ignored ones.
  private Tensor places(Tensor target, Tensor ignored, int rank) {
    Tensor index = target.maskedFill(ignored, 0);
    return target.dim() == rank ? index : index.unsqueeze(dim);
  }

  @Override
  public int saves(boolean[] needs) {
    return Derivative.INPUT_1 | (reduction == Reduction.MEAN ? Derivative.OUTPUT_1 : 0);
  }

  @Override
  public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
    Tensor g = requireNonNull(gradients.getFirst());
    Tensor target = saved.input(1);
    Shape shape = saved.shape(0);
    if (!GradMode.isEnabled()) {
      return Arrays.asList(back(g, target.contiguous(), shape, saved), null);
    }
    Tensor ignored = target.eq(ignore);
    Tensor each = reduction == Reduction.MEAN ? g.div(saved.output(1)) : g;
    Tensor losses = each.neg().expand(target.shape().toArray()).maskedFill(ignored, 0);
    Tensor index = places(target, ignored, shape.rank());
    Tensor zeros = Tensors.zeros(shape, g.dtype(), g.device());
    Tensor source = losses.reshape(index.shape().toArray());
    return Arrays.asList(Dispatch.single(new Scatters.Scatter(dim), zeros, index, source), null);
  }

  /// By kernels: what there is, which is one number a line, and then all of it.
  private Tensor back(Tensor g, Tensor target, Shape shape, Saved saved) {
    Tensor index = Kernels.emptyBeside(target, target.shape(), DType.INT64);
    Tensor h = Kernels.emptyBeside(target, target.shape(), g.dtype());
    Tensor count = reduction == Reduction.MEAN ? saved.output(1) : target;
    long flags =
        switch (reduction) {
          case NONE -> EACH;
          case SUM -> 0;
          case MEAN -> MEAN;
        };
    Kernels.call(
        "nll_loss_backward",
        "nll_loss_backward",
        g.dtype(),
        List.of(g.contiguous(), count, target),
        List.of(index, h),
        false,
        new long[] {target.numel(), ignore, flags},
        target.numel(),
        1);
    return Scatters.one(dim, shape, index, h);
  }

  static void requireTargetFits(Tensor input, Tensor target) {
    int rank = input.dim();
    if (rank == 0) {
      throw new ShapeException("Expected 1 or more dimensions (got 0)");
    }
    if (rank == 1) {
      if (target.dim() > 1 || target.numel() != 1) {
        throw new ShapeException(
            "For 1D input, 1D target must have size 1, but got target size: " + target.numel());
      }
      return;
    }
    if (target.dim() > 0 && target.size(0) != input.size(0)) {
      throw new ShapeException(
          "Expected input batch_size ("
              + input.size(0)
              + ") to match target batch_size ("
              + target.size(0)
              + ").");
    }
    if (rank == 2 && target.dim() != 1) {
      throw new ShapeException(
          "0D or 1D target tensor expected, multi-target not supported. The target has shape "
              + target.shape()
              + "; it holds one class for each row of the input.");
    }
    Shape expected = input.select(1, 0).shape();
    if (!target.shape().equals(expected)) {
      throw new ShapeException("Expected target size " + expected + ", got " + target.shape());
    }
  }
}
