package dev.adjoint.graph;

import static dev.adjoint.Tensors.rand;
import static dev.adjoint.Tensors.shape;
import static dev.adjoint.Tensors.where;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.adjoint.Expect;
import dev.adjoint.Index;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.memory.Deferred;
import dev.adjoint.nn.Losses;
import dev.adjoint.optim.Adam;
import dev.adjoint.type.DType;
import dev.adjoint.type.ShapeException;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Elementwise results lie in memory as PyTorch's do; the strides are PyTorch 2.13's.
class ResultOrderTest {
  private final Tensor x = rand(shape(2, 3, 4));
  private final Tensor y = rand(shape(4, 3, 2));
  private final Tensor z = rand(shape(2, 4, 3));

  private static void strides(Tensor t, long... expected) {
    assertArrayEquals(expected, t.stride());
  }

  @Test
  void aResultLiesAsItsOperandDoes() {
    strides(x.permute(2, 0, 1).exp(), 1, 12, 4);
    strides(x.transpose(0, 1).to(DType.FLOAT64), 4, 12, 1);
    strides(x.transpose(1, 2).lt(0.5), 12, 1, 4);
    strides(x.transpose(0, 2).clone(), 1, 4, 12);
    strides(x.transpose(0, 2).contiguous(), 6, 2, 1);
  }

  @Test
  void whatIsSortedLiesAsItDid() {
    Tensor turned = x.permute(1, 2, 0);
    var sorted = turned.sort(1, true);
    strides(sorted.values(), 4, 1, 12);
    strides(sorted.indices(), 4, 1, 12);
    var plain = turned.contiguous().sort(1, true);
    assertEquals(plain.values().toList(), sorted.values().toList());
    assertEquals(plain.indices().toList(), sorted.indices().toList());
    strides(x.narrow(2, 0, 2).transpose(0, 1).sort(0, false).indices(), 2, 6, 1);
    strides(rand(shape(3, 1)).expand(3, 4).sort(0, false).values(), 4, 1);
    strides(turned.topk(1, 0, true).values(), 8, 2, 1);
  }

  @Test
  void whatIsTakenByIndexLiesAsTheTensorAndTheIndexDo() {
    Index all = Index.all();
    Index row = Index.of(Tensors.tensor(new long[] {1, 0, 1}));
    Index turned = Index.of(Tensors.tensor(new long[][] {{0, 1, 1}, {1, 0, 0}}).t());
    Index mask = Index.of(Tensors.tensor(new boolean[] {true, false, true}));
    strides(x.permute(2, 0, 1).get(all, row), 1, 4, 12);
    strides(x.transpose(0, 2).get(row), 6, 1, 3);
    strides(x.transpose(0, 2).get(all, all, row), 3, 12, 1);
    strides(x.get(all, turned), 24, 4, 12, 1);
    strides(x.transpose(1, 2).get(turned), 12, 36, 1, 4);
    strides(x.permute(2, 1, 0).get(row, all, row), 3, 1);
    strides(x.transpose(0, 2).get(turned, all, turned), 3, 9, 1);
    strides(x.permute(2, 1, 0).get(all, mask), 1, 4, 8);
    Tensor plain = x.permute(2, 1, 0).contiguous();
    assertEquals(plain.get(all, turned).toList(), x.permute(2, 1, 0).get(all, turned).toList());
    assertEquals(
        plain.get(turned, all, turned).toList(),
        x.permute(2, 1, 0).get(turned, all, turned).toList());
  }

  @Test
  void theGradientOfWhatLiesOtherwiseGoesToItsPlaces() {
    float[][] numbers = {{3, 1, 2}, {6, 5, 4}};
    Tensor leaf = Tensors.tensor(numbers).requiresGrad_();
    Tensor ranks = Tensors.tensor(new float[][] {{1, 4}, {2, 5}, {3, 6}});
    leaf.t().sort(0, false).values().mul(ranks).sum().backward();
    assertEquals(leaf.toList(), requireNonNull(leaf.grad()).toList());
  }

  @Test
  void gapsAndRepetitionsAreLeftOut() {
    strides(x.narrow(2, 0, 2).transpose(0, 1).neg(), 2, 6, 1);
    strides(rand(shape(4, 1, 2)).transpose(0, 2).expand(2, 3, 4).clone(), 1, 2, 6);
    strides(x.flip(0).transpose(0, 2).exp(), 1, 4, 12);
  }

  @Test
  void theFirstOperandThatCanTellDecides() {
    strides(x.transpose(0, 2).add(y), 1, 4, 12);
    strides(y.add(x.transpose(0, 2)), 6, 2, 1);
    strides(where(z.gt(0.5), x.transpose(1, 2), z), 12, 3, 1);
    strides(x.transpose(0, 2).addcmul(y, y), 1, 4, 12);
    strides(x.transpose(1, 2).mul(rand(3)), 12, 1, 4);
    strides(rand(3).expand(2, 4, 3).add(x.transpose(1, 2)), 12, 1, 4);
    strides(rand(3).add(rand(3, 4).t()), 1, 4);
    strides(rand(shape(3, 1)).t().expand(4, 3).add(rand(shape(4, 1))), 3, 1);
  }

  @Test
  void aTensorLikeAnotherLiesLikeIt() {
    strides(Tensors.zerosLike(x.permute(1, 2, 0)), 4, 1, 12);
    strides(Tensors.randLike(x.narrow(2, 0, 2).permute(1, 2, 0)), 2, 1, 6);
    Expect.values(Tensors.onesLike(x.narrow(0, 0, 1).select(1, 0).t()), 1, 1, 1, 1);
  }

  @Test
  void aGradientLiesAsItsLeafDoesUnlessThatHasGaps() {
    Tensor transposed = rand(shape(3, 4)).t().detach().requiresGrad_();
    strides(gradient(transposed, transposed.mul(2)), 1, 4);
    strides(gradient(transposed, transposed.exp().mul(rand(shape(4, 3)))), 1, 4);
    Tensor gaps = rand(shape(3, 5)).narrow(1, 0, 4).t().detach().requiresGrad_();
    strides(gradient(gaps, gaps.mul(2)), 3, 1);
    Tensor leaf = rand(shape(3, 4)).requiresGrad_();
    strides(gradient(leaf, leaf.t().exp().mul(rand(shape(4, 3)))), 4, 1);
    leaf.setGrad(null);
    leaf.mul(2).backward(rand(shape(4, 3)).t());
    strides(requireNonNull(leaf.grad()), 4, 1);
  }

  private static Tensor gradient(Tensor leaf, Tensor result) {
    leaf.setGrad(null);
    result.sum().backward();
    return requireNonNull(leaf.grad());
  }

  @Test
  void anOrderChangesNoElement() {
    Tensor t = Tensors.tensor(new float[][] {{1, 2, 3}, {4, 5, 6}});
    Expect.values(t.t().mul(2), 2, 8, 4, 10, 6, 12);
    Expect.values(t.t().mul(2).add(t.view(3, 2)), 3, 10, 7, 14, 11, 18);
    Expect.values(t.t().mul(2).reshape(2, 3), 2, 8, 4, 10, 6, 12);
    Expect.values(t.t().mul(2).sum(0), 12, 30);
    Expect.values(t.t().mul(2).sum(1), 10, 14, 18);
    Expect.values(t.t().exp().log().round().cumsum(1), 1, 5, 2, 7, 3, 9);
    assertThrows(ShapeException.class, () -> t.t().mul(2).view(6));
  }

  @Test
  void aWriteToAViewOfSuchAResultHasItsGradient() {
    Tensor leaf = Tensors.tensor(new float[][] {{1, 2, 3}, {4, 5, 6}}).requiresGrad_();
    Tensor y = leaf.t().mul(2);
    y.select(0, 1).mul_(3);
    y.mul(y.detach()).t().sum().backward();
    Expect.values(requireNonNull(leaf.grad()), 4, 72, 12, 16, 180, 24);
    Tensor z = leaf.t().mul(3).t();
    leaf.setGrad(null);
    z.view(6).narrow(0, 0, 4).zero_();
    z.backward(Tensors.ones(shape(3, 2)).t());
    Expect.values(requireNonNull(leaf.grad()), 0, 0, 0, 0, 3, 3);
  }

  @Test
  void anOptimiserUpdatesATransposedParameterAsAnyOther() {
    Tensor start = rand(shape(80, 60));
    Tensor target = rand(shape(80, 60));
    Tensor plain = start.clone().requiresGrad_();
    Tensor transposed = start.t().contiguous().t().detach().requiresGrad_();
    for (Tensor w : List.of(plain, transposed)) {
      Adam optimizer = new Adam(List.of(w), 0.1);
      for (int i = 0; i < 3; i++) {
        optimizer.zeroGrad();
        w.sub(target).square().mean().backward();
        optimizer.step();
      }
    }
    strides(transposed, 1, 80);
    Expect.values(transposed, plain.toDoubleArray());
  }

  @Test
  void aChainOfTransposedOperandsIsOneLaunch() {
    RecordingBackend backend = RecordingBackend.open();
    Tensor wide = Tensors.tensor(new float[100][80], DType.FLOAT32, backend.device());
    Tensor row = Tensors.tensor(new float[100], DType.FLOAT32, backend.device());
    assertEquals(
        List.of("fold sum(mul add exp)"),
        Deferred.waiting(() ->
            RecordingBackend.describe(
                backend.launchesOf(() -> wide.t().mul(2).add(row).exp().sum(0)))));
    assertEquals(
        List.of("elementwise mul add -> 1"),
        Deferred.waiting(() ->
            RecordingBackend.describe(backend.launchesOf(() -> wide.t().mul(2).add_(wide.t())))));
  }

  @Test
  void whatPyTorchMakesRowMajorIsRowMajor() {
    Tensor turned = z.transpose(1, 2); // of shape (2, 3, 4)
    Tensor mask = Tensors.tensor(new boolean[] {true, false, false, true});
    strides(turned.maskedFill(mask, 0), 12, 4, 1);
    strides(turned.maskedFill(turned.gt(0.5), 0), 12, 4, 1);
    strides(turned.logSigmoid(), 12, 4, 1);
    strides(turned.roll(3, 1), 12, 4, 1);
    strides(turned.repeat(1, 1, 1), 12, 4, 1);
    strides(Losses.bceWithLogits(turned, x, Losses.Reduction.NONE), 12, 4, 1);
    strides(Losses.bceWithLogits(x, turned, Losses.Reduction.NONE), 12, 1, 3);
    strides(normalised(turned), 12, 4, 1);
    strides(normalised(rand(shape(2, 3, 4, 5)).transpose(2, 3)), 60, 20, 4, 1);
    strides(normalised(rand(shape(2, 5, 4, 3)).permute(0, 3, 1, 2)), 60, 1, 12, 3);
  }

  private static Tensor normalised(Tensor t) {
    Tensor running = t.batchNorm(null, null, null, null, true, 0.1, 1e-5);
    Tensor fixed = t.batchNorm(Tensors.zeros(3), Tensors.ones(3), null, null, false, 0.1, 1e-5);
    assertArrayEquals(running.stride(), fixed.stride());
    return running;
  }
}
