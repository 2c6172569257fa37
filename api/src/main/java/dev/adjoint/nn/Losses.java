package dev.adjoint.nn;

import dev.adjoint.Tensor;
import dev.adjoint.graph.Dispatch;
import dev.adjoint.graph.HandleScope;
import dev.adjoint.op.Scans;
import dev.adjoint.op.index.Indices;
import dev.adjoint.type.DType;
import dev.adjoint.type.DTypeException;
import dev.adjoint.type.IndexException;
import dev.adjoint.type.ShapeException;

/// How far predictions are from targets. Without a [Reduction] the result is the mean.
public final class Losses {
  /// The class that [#nllLoss] leaves out unless told otherwise.
  public static final long IGNORED = -100;

  private Losses() {}

  /// What becomes of the losses of the elements.
  public enum Reduction {
    /// They stay as they are.
    NONE,
    /// Their mean; NaN of nothing.
    MEAN,
    /// Their sum; 0 of nothing.
    SUM
  }

  /// [#mseLoss(Tensor, Tensor, Reduction)], the mean.
  public static Tensor mseLoss(Tensor input, Tensor target) {
    return mseLoss(input, target, Reduction.MEAN);
  }

  /// (x - t)².
  ///
  /// @throws DTypeException for integers
  public static Tensor mseLoss(Tensor input, Tensor target, Reduction reduction) {
    requireFloating("mse_cpu", input, target);
    return Dispatch.single(new LossOps.Mse(reduction), input, target);
  }

  /// [#l1Loss(Tensor, Tensor, Reduction)], the mean.
  public static Tensor l1Loss(Tensor input, Tensor target) {
    return l1Loss(input, target, Reduction.MEAN);
  }

  /// |x - t|; the gradient at 0 is 0.
  public static Tensor l1Loss(Tensor input, Tensor target, Reduction reduction) {
    return HandleScope.yielding(() -> LossOps.reduce(input.sub(target).abs(), reduction));
  }

  /// [#smoothL1Loss(Tensor, Tensor, Number, Reduction)] with beta 1, the mean.
  public static Tensor smoothL1Loss(Tensor input, Tensor target) {
    return smoothL1Loss(input, target, Reduction.MEAN);
  }

  /// [#smoothL1Loss(Tensor, Tensor, Number, Reduction)] with beta 1.
  public static Tensor smoothL1Loss(Tensor input, Tensor target, Reduction reduction) {
    return smoothL1Loss(input, target, 1.0, reduction);
  }

  /// [#smoothL1Loss(Tensor, Tensor, Number, Reduction)], the mean.
  public static Tensor smoothL1Loss(Tensor input, Tensor target, Number beta) {
    return smoothL1Loss(input, target, beta, Reduction.MEAN);
  }

  /// With d = |x - t|: d² / 2 beta below beta, d - beta / 2 from there on; [#l1Loss] for beta 0.
  public static Tensor smoothL1Loss(Tensor input, Tensor target, Number beta, Reduction reduction) {
    if (beta.doubleValue() < 0) {
      throw new ShapeException(
          "smooth_l1_loss does not support negative values for beta. It is " + beta + ".");
    }
    if (beta.doubleValue() == 0) {
      return l1Loss(input, target, reduction);
    }
    requireFloating("smooth_l1_cpu", input, target);
    LossOps.SmoothL1 op = new LossOps.SmoothL1(beta.doubleValue(), reduction);
    return Dispatch.single(op, input, target);
  }

  /// [#nllLoss(Tensor, Tensor, long, Reduction)] with [#IGNORED], the mean.
  public static Tensor nllLoss(Tensor logProbabilities, Tensor target) {
    return nllLoss(logProbabilities, target, Reduction.MEAN);
  }

  /// [#nllLoss(Tensor, Tensor, long, Reduction)] with [#IGNORED].
  public static Tensor nllLoss(Tensor logProbabilities, Tensor target, Reduction reduction) {
    return nllLoss(logProbabilities, target, IGNORED, reduction);
  }

  /// Minus the log probability of the target's class. Classes are dimension 1 of the log
  /// probabilities, the only one if there is one; the target has the other dimensions.
  ///
  /// @param target classes as int64; ones equal to `ignore` count neither in the sum nor in the mean
  /// @throws IndexException when a class is out of range
  public static Tensor nllLoss(
      Tensor logProbabilities, Tensor target, long ignore, Reduction reduction) {
    Tensor classes = checkedClasses(logProbabilities, target, ignore);
    return Dispatch.single(
        new NllLoss(Math.min(1, logProbabilities.dim() - 1), ignore, reduction),
        logProbabilities,
        classes);
  }

  /// [#crossEntropy(Tensor, Tensor, long, Reduction)] with [#IGNORED], the mean.
  public static Tensor crossEntropy(Tensor logits, Tensor target) {
    return crossEntropy(logits, target, Reduction.MEAN);
  }

  /// [#crossEntropy(Tensor, Tensor, long, Reduction)] with [#IGNORED].
  public static Tensor crossEntropy(Tensor logits, Tensor target, Reduction reduction) {
    return crossEntropy(logits, target, IGNORED, reduction);
  }

  /// [#nllLoss(Tensor, Tensor, long, Reduction)] of the log softmax over the classes.
  public static Tensor crossEntropy(
      Tensor logits, Tensor target, long ignore, Reduction reduction) {
    Tensor classes = checkedClasses(logits, target, ignore);
    int dim = Math.min(1, logits.dim() - 1);
    NllLoss nll = new NllLoss(dim, ignore, reduction);
    return HandleScope.yielding(
        () -> Dispatch.single(nll, Scans.logSoftmax(logits, dim, true), classes));
  }

  /// [#bceWithLogits(Tensor, Tensor, Reduction)], the mean.
  public static Tensor bceWithLogits(Tensor logits, Tensor target) {
    return bceWithLogits(logits, target, Reduction.MEAN);
  }

  /// -t log σ(x) - (1 - t) log(1 - σ(x)), computed so that nothing overflows.
  ///
  /// @throws ShapeException when the shapes differ
  public static Tensor bceWithLogits(Tensor logits, Tensor target, Reduction reduction) {
    if (!logits.shape().equals(target.shape())) {
      throw new ShapeException(
          "Target size (torch.Size("
              + target.shape()
              + ")) must be the same as input size (torch.Size("
              + logits.shape()
              + "))");
    }
    if (!logits.dtype().isFloating() || !target.dtype().isFloating()) {
      throw new DTypeException(
          "result type Float can't be cast to the desired output type Long. Logits and targets are"
              + " floating numbers: convert with to(DType.FLOAT32).");
    }
    return Dispatch.single(new LossOps.BceWithLogits(reduction), logits, target);
  }

  private static void requireFloating(String kernel, Tensor input, Tensor target) {
    DType type = input.dtype().promote(target.dtype());
    if (!type.isFloating()) {
      throw new DTypeException(
          "\""
              + kernel
              + "\" not implemented for '"
              + type.scalarType()
              + "'. Convert with to(DType.FLOAT32) first.");
    }
  }

  /// The target as int64, of the shape that the input's without its classes is, and in range.
  private static Tensor checkedClasses(Tensor input, Tensor target, long ignore) {
    NllLoss.requireTargetFits(input, target);
    if (!input.dtype().isFloating()) {
      requireFloating("nll_loss_out_frame", input, input);
    }
    if (target.dtype() != DType.INT64 && target.dtype() != DType.UINT8) {
      throw new DTypeException(
          "expected target dtype to be Long or Byte, but got "
              + target.dtype().scalarType()
              + ". Targets are classes: convert with to(DType.INT64).");
    }
    long count = input.size(Math.min(1, input.dim() - 1));
    return Indices.inRange(
        target.to(DType.INT64),
        0,
        count,
        ignore,
        outside ->
            new IndexException(
                "Target " + outside + " is out of bounds. There are " + count + " classes."));
  }
}
