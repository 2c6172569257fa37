package dev.adjoint.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Expect;
import dev.adjoint.Index;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.type.DType;
import dev.adjoint.type.IndexException;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Tensors without elements take part in graphs, and nothing is read in their place.
class NothingTest extends OnEachDevice {
  private static final String NOWHERE = "index is out of bounds for dimension with size 0";

  private Tensor index(long... sizes) {
    return Tensors.zeros(Tensors.shape(sizes), DType.INT64, device);
  }

  @Test
  void anEmptyPartOfATensorHasNoElementZero() {
    Tensor part = counting(2, 3).get(Index.slice(1, 1));
    Expect.shape(part, 0, 3);
    Expect.fails(IndexException.class, NOWHERE, () -> part.get(Index.of(index(1))));
    Expect.fails(IndexException.class, NOWHERE, () -> part.set(9, Index.of(index(1))));
    Expect.fails(IndexException.class, "index 0 is out of", () -> part.gather(0, index(2, 1)));
    Expect.fails(IndexException.class, "index_select()", () -> part.indexSelect(0, index(2)));
    Tensor many = index(5000); // more than are looked at on the host
    Expect.fails(IndexException.class, NOWHERE, () -> part.get(Index.of(many)));
    Expect.shape(part.get(Index.of(index(0))), 0, 3);
    Expect.shape(part.indexSelect(0, index(0)), 0, 3);
  }

  @Test
  void whatIsGatheredByAnEmptyIndexHasAGradientOfZeros() {
    Tensor x = ones(2, 3).requiresGrad_();
    x.gather(1, index(2, 0)).sum().backward();
    Expect.values(x.grad(), 0, 0, 0, 0, 0, 0);
    x.setGrad(null);
    Tensor y = x.gather(1, index(0));
    Expect.shape(y, 0);
    y.sum().backward();
    Expect.values(x.grad(), 0, 0, 0, 0, 0, 0);
  }

  @Test
  void anEmptyVectorBesideAnyShapeCountsForTheTypeAndGetsAnEmptyGradient() {
    Tensor nothing = zeros(0).requiresGrad_();
    Tensor longs = tensor(new long[][] {{1, 2}});
    assertEquals(DType.FLOAT32, Tensors.cat(List.of(nothing, longs), 0).dtype());
    Tensor x = ones(1, 2).requiresGrad_();
    Tensor y = Tensors.cat(List.of(x, nothing, x), 1);
    Expect.shape(y, 1, 4);
    y.sum().backward();
    Expect.values(nothing.grad());
    Expect.shape(nothing.grad(), 0);
    Expect.values(x.grad(), 2, 2);
    assertTrue(Tensors.cat(List.of(nothing, zeros(0)), 0).requiresGrad());
  }

  @Test
  void aDimensionOfSizeZeroFallsIntoAsManyPiecesAsWereAskedFor() {
    List<Tensor> pieces = zeros(0, 2).chunk(3, 0);
    assertEquals(3, pieces.size());
    pieces.forEach(piece -> Expect.shape(piece, 0, 2));
  }
}
