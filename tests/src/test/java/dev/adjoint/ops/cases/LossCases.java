package dev.adjoint.ops.cases;

import static dev.adjoint.ops.cases.OpCase.op;

import dev.adjoint.Tensor;
import dev.adjoint.nn.Losses;
import dev.adjoint.nn.Losses.Reduction;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;

/// Rows of losses, plain and with an explicit reduction.
public final class LossCases {

  private LossCases() {}

  /// A loss that is told how to reduce.
  private interface Reduced {
    Tensor apply(Tensor input, Tensor target, Reduction reduction);
  }

  public static List<OpCase> rows() {
    return Stream.of(
            loss("mseLoss", Losses::mseLoss, Losses::mseLoss),
            loss("l1Loss", Losses::l1Loss, Losses::l1Loss),
            loss("smoothL1Loss", Losses::smoothL1Loss, Losses::smoothL1Loss),
            loss("nllLoss", Losses::nllLoss, Losses::nllLoss),
            loss("crossEntropy", Losses::crossEntropy, Losses::crossEntropy),
            loss("bceWithLogits", Losses::bceWithLogits, Losses::bceWithLogits),
            withMore())
        .flatMap(rows -> rows)
        .toList();
  }

  private static Stream<OpCase> withMore() {
    return Stream.of(
        op(
            "smoothL1Loss.beta",
            "Losses.smoothL1Loss(Tensor,Tensor,Number)",
            in -> Losses.smoothL1Loss(in.x(), in.y(), in.number("beta"))),
        op(
            "smoothL1Loss.betaReduction",
            "Losses.smoothL1Loss(Tensor,Tensor,Number,Reduction)",
            in -> Losses.smoothL1Loss(in.x(), in.y(), in.number("beta"), reduction(in))),
        op(
            "nllLoss.ignore",
            "Losses.nllLoss(Tensor,Tensor,long,Reduction)",
            in -> Losses.nllLoss(in.x(), in.y(), in.integer("ignore"), reduction(in))),
        op(
            "crossEntropy.ignore",
            "Losses.crossEntropy(Tensor,Tensor,long,Reduction)",
            in -> Losses.crossEntropy(in.x(), in.y(), in.integer("ignore"), reduction(in))));
  }

  private static Reduction reduction(Inputs in) {
    return in.args().constant("reduction", Reduction.class);
  }

  private static Stream<OpCase> loss(String name, BinaryOperator<Tensor> plain, Reduced reduced) {
    String method = "Losses." + name + "(Tensor,Tensor";
    return Stream.of(
        op(name, method + ")", in -> plain.apply(in.x(), in.y())),
        op(
            name + ".reduction",
            method + ",Reduction)",
            in -> reduced.apply(in.x(), in.y(), reduction(in))));
  }
}
