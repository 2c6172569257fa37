package dev.adjoint.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.adjoint.Autograd;
import dev.adjoint.Expect;
import dev.adjoint.GradOption;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.type.DType;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Gradients of operations that choose elements: who was chosen gets them, ties share.
class SelectionGradientTest extends OnEachDevice {

  private Tensor indices(long... values) {
    return Tensors.tensor(values, DType.INT64, device);
  }

  @Test
  void tiesOfAFullExtremeShareItsGradient() {
    Tensor x = leaf(3, 1, 3, 1);
    x.max().backward();
    Expect.values(x.grad(), 0.5, 0, 0.5, 0);
    Tensor y = leaf(3, 1, 3, 1);
    y.min().backward();
    Expect.values(y.grad(), 0, 0.5, 0, 0.5);
    Tensor z = leaf(3, 3, 3, 3).mul(1);
    z.retainGrad();
    z.amax(0).backward();
    Expect.values(z.grad(), 0.25, 0.25, 0.25, 0.25);
  }

  @Test
  void anExtremeAlongADimensionPicksOne() {
    Tensor x = matrix(row(1, 5, 2), row(7, 0, 7)).requiresGrad_();
    var result = x.max(1);
    Expect.values(result.values(), 5, 7);
    assertFalse(result.indices().requiresGrad());
    result.values().mul(vector(10, 100)).sum().backward();
    assertEquals(110, Expect.gradOf(x).sum().item());
    Expect.values(Expect.gradOf(x).select(0, 0), 0, 10, 0);
  }

  @Test
  void theMedianOfAnEvenCountIsTheLowerMiddle() {
    Tensor x = leaf(4, 1, 3, 2);
    Tensor m = x.median();
    assertEquals(2, m.item());
    m.backward();
    Expect.values(x.grad(), 0, 0, 0, 1);
  }

  @Test
  void gatheredElementsAddUpWhenTheyComeTwice() {
    Tensor x = leaf(1, 2, 3);
    Tensor picked = x.gather(0, indices(2, 0, 2));
    Expect.values(picked, 3, 1, 3);
    picked.mul(vector(1, 10, 100)).sum().backward();
    Expect.values(x.grad(), 10, 0, 101);
  }

  @Test
  void indexedRowsAddUpWhenTheyComeTwice() {
    Tensor x = counting(3, 2).requiresGrad_();
    Tensor rows = x.indexSelect(0, indices(1, 1, 0));
    rows.mul(counting(3, 2).add(1)).sum().backward();
    Expect.values(x.grad(), 5, 6, 4, 6, 0, 0);
  }

  @Test
  void anEmbeddingsRowsAddUp() {
    Tensor weight = counting(4, 2).requiresGrad_();
    Tensors.embedding(weight, indices(3, 3, 0)).sum().backward();
    Expect.values(weight.grad(), 1, 1, 0, 0, 0, 0, 2, 2);
  }

  @Test
  void indexingSavesIndicesNotTheTensor() {
    Tensor x = leaf(1, 2, 3);
    Tensor y = x.clone();
    Tensor picked = y.gather(0, indices(0, 1));
    y.mul_(100);
    picked.sum().backward();
    Expect.values(x.grad(), 1, 1, 0);
  }

  @Test
  void sortedElementsPassTheirGradientBack() {
    Tensor x = leaf(3, 1, 2);
    var sorted = x.sort();
    Expect.values(sorted.values(), 1, 2, 3);
    sorted.values().mul(vector(1, 10, 100)).sum().backward();
    Expect.values(x.grad(), 100, 1, 10);
  }

  @Test
  void aMatrixTimesAnExpandedVectorHasAllGradients() {
    Tensor a = counting(2, 3).requiresGrad_();
    Tensor v = scalarLeaf(2);
    a.mv(v.expand(3)).sum().backward();
    Expect.values(a.grad(), 2, 2, 2, 2, 2, 2);
    Expect.values(v.grad(), 15);
  }

  @Test
  void aProductOfMatricesIsTwiceDifferentiable() {
    Tensor a = matrix(row(1, 2), row(3, 4)).requiresGrad_();
    Tensor b = matrix(row(5, 6), row(7, 8)).requiresGrad_();
    Tensor y = a.matmul(b).pow(2).sum();
    List<Tensor> first = Autograd.grad(List.of(y), List.of(a, b), null, GradOption.CREATE_GRAPH);
    Expect.values(
        first.get(0),
        2 * (19 * 5 + 22 * 6),
        2 * (19 * 7 + 22 * 8),
        2 * (43 * 5 + 50 * 6),
        2 * (43 * 7 + 50 * 8));
    // d(Σ 2 (AB) Bᵀ)/dA = 2 · 1 (B Bᵀ), 1 a matrix of ones
    Tensor second = Autograd.grad(first.get(0).sum(), a);
    Expect.values(second, 2 * (61 + 83), 2 * (83 + 113), 2 * (61 + 83), 2 * (83 + 113));
  }

  @Test
  void joinedTensorsGetTheirPiecesBack() {
    Tensor a = leaf(1, 2);
    Tensor b = leaf(3);
    Tensors.cat(List.of(a, b, a), 0).mul(counting(5)).sum().backward();
    Expect.values(a.grad(), 3, 5);
    Expect.values(b.grad(), 2);
    Tensor c = leaf(1, 2);
    Tensors.stack(List.of(c, c.mul(10)), 1).mul(counting(2, 2)).sum().backward();
    Expect.values(c.grad(), 10, 32);
  }

  @Test
  void aRunningSumPassesEachGradientToAllBefore() {
    Tensor x = leaf(1, 2, 3);
    x.cumsum(0).mul(vector(1, 10, 100)).sum().backward();
    Expect.values(x.grad(), 111, 110, 100);
  }
}
