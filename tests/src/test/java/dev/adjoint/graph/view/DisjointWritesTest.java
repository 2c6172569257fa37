package dev.adjoint.graph.view;

import static dev.adjoint.Tensors.cat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.adjoint.Expect;
import dev.adjoint.GradOption;
import dev.adjoint.Index;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.type.GraphException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// A write beside what was saved is no error, which it is in PyTorch (pytorch#74806); a write to some
/// of it is.
class DisjointWritesTest extends OnEachDevice {
  private static final String MODIFIED =
      "one of the variables needed for gradient computation has been modified by an inplace"
          + " operation: ";

  /// Saves one part of a 4 by 6 matrix, writes another, and expects the gradient of the first.
  private void harmless(UnaryOperator<Tensor> saved, UnaryOperator<Tensor> written) {
    Tensor root = counting(4, 6).add(1).detach().requiresGrad_();
    Tensor x = root.mul(2);
    Tensor squares = saved.apply(x).pow(2).sum();
    written.apply(x).mul_(10);
    assertEquals(1, x.version());
    squares.backward();
    Tensor alone = root.detach().requiresGrad_();
    saved.apply(alone.mul(2)).pow(2).sum().backward();
    Expect.values(root.grad(), Expect.gradOf(alone).toDoubleArray());
  }

  private void harmful(UnaryOperator<Tensor> saved, UnaryOperator<Tensor> written) {
    Tensor x = counting(4, 6).requiresGrad_().mul(2);
    Tensor squares = saved.apply(x).pow(2).sum();
    written.apply(x).mul_(10);
    Expect.fails(GraphException.class, MODIFIED, squares::backward);
  }

  @Test
  void anotherRowMayBeWritten() {
    harmless(x -> x.select(0, 1), x -> x.select(0, 2));
    harmless(x -> x.narrow(0, 0, 2), x -> x.narrow(0, 2, 2));
    harmless(x -> x.unbind().get(3), x -> x.unbind().get(0));
  }

  @Test
  void anotherColumnMayBeWritten() {
    harmless(x -> x.select(1, 1), x -> x.select(1, 2));
    harmless(x -> x.narrow(1, 3, 3), x -> x.narrow(1, 0, 3));
    harmless(x -> x.t().narrow(0, 0, 2), x -> x.split(2, 1).get(1));
  }

  @Test
  void anotherBlockMayBeWritten() {
    harmless(x -> x.narrow(0, 0, 3).narrow(1, 0, 2), x -> x.narrow(0, 1, 3).narrow(1, 2, 3));
    harmless(x -> x.view(2, 2, 6).select(1, 0), x -> x.view(2, 2, 6).select(1, 1));
    harmless(x -> x.diagonal(0, 0, 1), x -> x.diagonal(1, 0, 1));
  }

  @Test
  void theRowsBetweenMayBeWritten() {
    harmless(x -> x.get(Index.slice(0, 4, 2)), x -> x.get(Index.slice(1, 4, 2)));
    harmless(
        x -> x.get(Index.all(), Index.slice(0, 6, 3)),
        x -> x.get(Index.all(), Index.slice(1, 6, 3)));
  }

  @Test
  void nothingMayBeWritten() {
    harmless(x -> x, x -> x.narrow(0, 2, 0));
  }

  @Test
  void aWriteToSomeOfItIsStillAnError() {
    harmful(x -> x, x -> x.select(0, 0).select(0, 0));
    harmful(x -> x.select(0, 1), x -> x);
    harmful(x -> x.select(0, 1), x -> x.select(1, 5));
    harmful(x -> x.narrow(1, 0, 3), x -> x.narrow(1, 2, 1));
    harmful(x -> x.get(Index.slice(0, 4, 2)), x -> x.narrow(0, 1, 2));
    harmful(x -> x.diagonal(0, 0, 1), x -> x.select(0, 3));
  }

  @Test
  void theMessageNamesTheWriteThatHitIt() {
    Tensor x = leaf(1, 2, 3, 4).clone();
    Tensor squares = x.narrow(0, 1, 2).pow(2).sum();
    x.narrow(0, 3, 1).neg_();
    x.narrow(0, 2, 1).add_(1);
    x.narrow(0, 0, 1).mul_(2);
    Expect.fails(
        GraphException.class,
        MODIFIED
            + "[torch.FloatTensor [2]], which is output 0 of AsStrided, is at version 3; expected"
            + " version 0 instead. PowBackward0 had saved it, then `add_` overwrote it.",
        squares::backward);
  }

  @Test
  void aRowTimesItsNeighbourInPlaceHasBothGradients() {
    Tensor root = leaf(2, 3);
    Tensor x = root.mul(1);
    x.narrow(0, 0, 1).mul_(x.narrow(0, 1, 1));
    x.sum().backward();
    Expect.values(root.grad(), 3, 3);
  }

  @Test
  void aRecurrenceMayFillOneTensorStepByStep() {
    int steps = 12;
    Tensor start = counting(3, 2).mul(0.1).detach().requiresGrad_();
    Tensor weight = matrix(row(0.5, -0.3), row(0.2, 0.7)).requiresGrad_();
    Tensor states = zeros(3, steps, 2);
    states.select(1, 0).copy_(start);
    for (int i = 1; i < steps; i++) {
      Tensor before = states.select(1, i - 1);
      states.select(1, i).copy_(before.matmul(weight).tanh().mul(before));
    }
    states.pow(2).sum().backward();

    Tensor start2 = start.detach().requiresGrad_();
    Tensor weight2 = weight.detach().requiresGrad_();
    List<Tensor> apart = new ArrayList<>(List.of(start2));
    for (int i = 1; i < steps; i++) {
      Tensor before = apart.getLast();
      apart.add(before.matmul(weight2).tanh().mul(before));
    }
    cat(apart, 0).pow(2).sum().backward();
    Expect.close(start.grad(), 1e-5, Expect.gradOf(start2).toDoubleArray());
    Expect.close(weight.grad(), 1e-5, Expect.gradOf(weight2).toDoubleArray());
  }

  @Test
  void aRetainedGraphIsCheckedAgain() {
    Tensor root = leaf(1, 2);
    Tensor x = root.mul(3);
    Tensor square = x.narrow(0, 0, 1).pow(2).sum();
    x.narrow(0, 1, 1).zero_();
    square.backward(GradOption.RETAIN_GRAPH);
    Expect.values(root.grad(), 18, 0);
    x.narrow(0, 0, 1).zero_();
    Expect.fails(GraphException.class, MODIFIED, square::backward);
  }

  @Test
  void aWriteOfTheWholeBetweenIsNotForgotten() {
    Tensor x = leaf(1, 2, 3).mul(3);
    Tensor first = x.narrow(0, 0, 1).pow(2).sum();
    x.narrow(0, 1, 1).zero_();
    x.add_(1);
    Tensor second = x.narrow(0, 0, 1).pow(2).sum();
    x.narrow(0, 1, 1).zero_();
    second.backward();
    Expect.fails(GraphException.class, MODIFIED, first::backward);
  }

  @Test
  void aWriteAfterTheFirstSaveAndBeforeTheSecondCountsForTheFirst() {
    Tensor x = leaf(1, 2, 3).mul(3);
    Tensor first = x.narrow(0, 0, 2).pow(2).sum();
    x.narrow(0, 1, 1).zero_();
    Tensor second = x.narrow(0, 0, 2).pow(2).sum();
    x.narrow(0, 2, 1).zero_();
    second.backward();
    Expect.fails(GraphException.class, MODIFIED, first::backward);
  }

  @Test
  void secondDerivativesReadWhatWasSavedBesideAWrite() {
    Tensor x = leaf(2, 3);
    Tensor y = x.mul(1);
    Tensor cube = y.select(0, 0).pow(3);
    y.select(0, 1).mul_(5);
    Tensor slope = dev.adjoint.Autograd.grad(cube, x, GradOption.CREATE_GRAPH);
    Expect.values(slope.detach(), 12, 0);
    y.select(0, 1).mul_(5);
    slope.sum().backward();
    Expect.values(x.grad(), 12, 0);
  }

  @Test
  void aResultThatWasSavedMayBeWrittenBesideItsPart() {
    Tensor root = Tensors.ones(Tensors.shape(4)).to(device).detach().requiresGrad_();
    Tensor x = root.mul(0);
    Tensor part = x.narrow(0, 0, 2);
    part.exp_();
    x.narrow(0, 2, 2).add_(9);
    part.sum().backward();
    Expect.values(root.grad(), 0, 0, 0, 0);
    Expect.values(x.detach(), 1, 1, 9, 9);
  }
}
