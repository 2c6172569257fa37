package dev.adjoint.graph.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Autograd;
import dev.adjoint.Expect;
import dev.adjoint.GradOption;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.type.DType;
import dev.adjoint.type.GraphException;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// Writes to the results of operations that yield several views: each is a view of its own. PyTorch
/// refuses them; what is expected here is what it finds for `select` and `narrow` in their place.
class SeveralViewsInPlaceTest extends OnEachDevice {

  private Tensor root(long... sizes) {
    return counting(sizes).add(1).detach().requiresGrad_();
  }

  /// Runs a program on the parts that several views yield, and on the same parts one by one.
  private void agree(
      Function<Tensor, List<Tensor>> several,
      Function<Tensor, List<Tensor>> single,
      Function<List<Tensor>, Tensor> program,
      long... sizes) {
    Tensor a = root(sizes);
    Tensor b = root(sizes);
    Tensor x = a.mul(1.5f);
    Tensor y = b.mul(1.5f);
    Tensor ofSeveral = program.apply(several.apply(x));
    Tensor ofSingle = program.apply(single.apply(y));
    Tensor weights = counting(sizes).add(0.5f);
    ofSeveral.add(x.mul(weights).sum()).backward();
    ofSingle.add(y.mul(weights).sum()).backward();
    Expect.values(x.detach(), y.detach().toDoubleArray());
    Expect.values(a.grad(), Expect.gradOf(b).toDoubleArray());
  }

  @Test
  void rowsAreWrittenAsSelectedOnes() {
    agree(
        x -> x.unbind(),
        x -> List.of(x.select(0, 0), x.select(0, 1), x.select(0, 2)),
        rows -> {
          rows.get(1).mul_(rows.get(0).neg());
          rows.get(2).pow_(2);
          rows.get(0).mul_(3);
          return rows.get(0).add(rows.get(2)).sum();
        },
        3,
        2);
  }

  @Test
  void piecesAreWrittenAsNarrowedOnes() {
    agree(
        x -> x.split(2, 1),
        x -> List.of(x.narrow(1, 0, 2), x.narrow(1, 2, 2), x.narrow(1, 4, 1)),
        parts -> {
          parts.get(2).pow_(2);
          parts.get(0).add_(parts.get(2));
          parts.get(1).mul_(parts.get(2).neg());
          return parts.get(1).sum().mul(parts.get(2).sum());
        },
        2,
        5);
  }

  @Test
  void chunksOfATransposedTensorAreWrittenInTheirPlaces() {
    agree(
        x -> x.t().chunk(2, 0),
        x -> List.of(x.t().narrow(0, 0, 2), x.t().narrow(0, 2, 1)),
        parts -> {
          parts.get(1).mul_(4);
          parts.get(0).mul_(parts.get(1).neg());
          return parts.get(0).sum();
        },
        2,
        3);
  }

  @Test
  void viewsOfPiecesAreWrittenToo() {
    agree(
        x -> x.unbind(1).get(1).chunk(2, 0),
        x -> List.of(x.select(1, 1).narrow(0, 0, 2), x.select(1, 1).narrow(0, 2, 2)),
        parts -> {
          parts.get(0).view(2, 1).mul_(7);
          parts.get(1).select(0, 0).zero_();
          return parts.get(1).mul(2).sum();
        },
        4,
        2);
  }

  @Test
  void aPieceFollowsAWriteToItsBase() {
    Tensor root = root(2, 2);
    Tensor x = root.clone();
    List<Tensor> rows = x.unbind();
    x.mul_(vector(10, 100));
    assertEquals("AsStridedBackward0", rows.get(1).gradFn().name());
    rows.get(1).sum().backward();
    Expect.values(root.grad(), 0, 0, 10, 100);
  }

  @Test
  void aPieceFollowsAWriteToItsNeighbour() {
    Tensor root = root(2, 2);
    List<Tensor> rows = root.clone().unbind();
    rows.get(0).mul_(5);
    rows.get(1).mul(vector(1, 2)).sum().backward();
    Expect.values(root.grad(), 0, 0, 1, 2);
  }

  @Test
  void aPieceOfAnUntrackedTensorTakesATrackedValue() {
    Tensor x = counting(2, 2);
    Tensor factor = leaf(3, 4);
    x.unbind().get(1).mul_(factor);
    assertTrue(x.requiresGrad());
    x.sum().backward();
    Expect.values(factor.grad(), 2, 3);
    assertNull(x.grad());
  }

  @Test
  void aPieceOfALeafCannotBeWritten() {
    Tensor row = root(2, 2).unbind().get(1);
    Expect.fails(
        GraphException.class,
        "a view of a leaf Variable that requires grad is being used in an in-place operation.",
        () -> row.mul_(2));
  }

  @Test
  void everyRowInTurnMayBeWritten() {
    Tensor root = root(50, 2);
    Tensor x = root.clone();
    int i = 0;
    for (Tensor row : x.unbind()) {
      row.mul_(++i);
    }
    x.sum().backward();
    double[] expected = new double[100];
    for (int k = 0; k < 100; k++) {
      expected[k] = k / 2 + 1;
    }
    Expect.values(root.grad(), expected);
  }

  private double at(UnaryOperator<Tensor> program, double[] values) {
    return program.apply(Tensors.tensor(values, DType.FLOAT64, device).view(2, 3)).item();
  }

  @Test
  void gradientsAreFiniteDifferences() {
    UnaryOperator<Tensor> program =
        t -> {
          Tensor x = t.mul(0.8);
          List<Tensor> columns = x.unbind(1);
          columns.get(0).mul_(columns.get(1).neg());
          List<Tensor> rows = x.split(1, 0);
          rows.get(1).pow_(2).mul_(rows.get(0).neg());
          columns.get(2).pow_(3);
          return x.pow(2).sum().add(columns.get(0).exp().sum());
        };
    double[] values = {0.3, -0.2, 0.7, 0.5, 0.4, -0.6};
    Tensor x = Tensors.tensor(values, DType.FLOAT64, device).requiresGrad_();
    program.apply(x.view(2, 3)).backward();
    double[] differences = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      double[] above = values.clone();
      double[] below = values.clone();
      above[i] += 1e-5;
      below[i] -= 1e-5;
      differences[i] = (at(program, above) - at(program, below)) / 2e-5;
    }
    Expect.close(x.grad(), 1e-8, differences);
  }

  @Test
  void secondDerivativesGoThroughTheWrites() {
    Tensor x = leaf(2, 3);
    Tensor y = x.mul(1);
    List<Tensor> parts = y.unbind();
    parts.get(0).pow_(3);
    parts.get(1).mul_(parts.get(0).clone());
    // y = (a³, b·a³), so the slopes are 3a²(1 + b) and a³
    Tensor slope = Autograd.grad(y.sum(), x, GradOption.CREATE_GRAPH);
    Expect.values(slope.detach(), 48, 8);
    slope.sum().backward();
    Expect.values(x.grad(), 6 * 2 * 4 + 3 * 4, 3 * 4);
  }
}
