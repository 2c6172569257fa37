package dev.adjoint.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.adjoint.Expect;
import dev.adjoint.Index;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.type.DType;
import java.util.Random;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// Places that an index names several times: of several writers the last survives, and it alone gets
/// the gradient, which in PyTorch all of them get; what is added is added in order, so that results are
/// the same bits every time and on every device.
class DuplicateIndicesTest extends OnEachDevice {
  private static final int PLACES = 7;
  private static final int SOURCES = 60;
  private final Random random = new Random(11);
  private final int[] places = random.ints(SOURCES, 0, PLACES).toArray();
  private final double[] weights = random.ints(PLACES, 1, 100).asDoubleStream().toArray();

  private Tensor index(int... values) {
    long[] wide = new long[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return Tensors.tensor(wide, DType.INT64, device);
  }

  /// Which source is left at each place, or -1.
  private int[] last() {
    int[] last = new int[PLACES];
    java.util.Arrays.fill(last, -1);
    for (int i = 0; i < SOURCES; i++) {
      last[places[i]] = i;
    }
    return last;
  }

  private double[] ofSurvivors() {
    double[] expected = new double[SOURCES];
    int[] last = last();
    for (int p = 0; p < PLACES; p++) {
      if (last[p] >= 0) {
        expected[last[p]] = weights[p];
      }
    }
    return expected;
  }

  private double[] ofUntouched() {
    double[] expected = weights.clone();
    for (int p : places) {
      expected[p] = 0;
    }
    return expected;
  }

  /// Writes all sources into a tensor that has one place that none of them names.
  private void writes(BinaryOperator<Tensor> write) {
    double[] values = random.ints(SOURCES, -50, 50).asDoubleStream().toArray();
    for (int i = 0; i < SOURCES; i++) {
      places[i] = places[i] == 3 ? 4 : places[i];
    }
    Tensor x = leaf(new double[PLACES]);
    Tensor source = leaf(values);
    Tensor y = write.apply(x.clone(), source);
    double[] expected = new double[PLACES];
    int[] last = last();
    for (int p = 0; p < PLACES; p++) {
      expected[p] = last[p] < 0 ? 0 : values[last[p]];
    }
    Expect.values(y.detach(), expected);
    y.mul(vector(weights)).sum().backward();
    Expect.values(source.grad(), ofSurvivors());
    Expect.values(x.grad(), ofUntouched());
  }

  @Test
  void ofScatteredSourcesTheLastSurvives() {
    writes((x, source) -> x.scatter(0, index(places), source));
    writes((x, source) -> x.scatter_(0, index(places), source));
  }

  @Test
  void ofAssignedValuesTheLastSurvives() {
    writes((x, source) -> x.set(source, Index.of(index(places))));
    writes((x, source) -> {
      Tensor table = x.view(1, PLACES);
      table.set(source, Index.of(index(new int[SOURCES])), Index.of(index(places)));
      return table.view(PLACES);
    });
  }

  @Test
  void theSecondDerivativeOfAWriteIsRightToo() {
    Tensor source = leaf(2, 3, 4);
    Tensor y = zeros(2).scatter(0, index(1, 1, 0), source);
    Tensor slope =
        dev.adjoint.Autograd.grad(y.pow(3).sum(), source, dev.adjoint.GradOption.CREATE_GRAPH);
    Expect.values(slope.detach(), 0, 27, 48);
    slope.sum().backward();
    Expect.values(source.grad(), 0, 18, 24);
  }

  @Test
  void alongAnotherDimensionEachLineHasItsOwnSurvivors() {
    Tensor source = counting(2, 3).requiresGrad_();
    Tensor indices = index(0, 0, 1, 2, 1, 2).view(2, 3);
    Tensor y = zeros(2, 4).scatter(1, indices, source);
    Expect.values(y.detach(), 1, 2, 0, 0, 0, 4, 5, 0);
    y.mul(counting(2, 4).add(1)).sum().backward();
    Expect.values(source.grad(), 0, 1, 2, 0, 6, 7);
  }

  @Test
  void aNumberAssignedToPlacesNamedTwiceCountsEachPlaceOnce() {
    Tensor value = scalarLeaf(5);
    Tensor y = zeros(3);
    y.set(value, Index.of(index(0, 2, 0, 2, 2)));
    Expect.values(y.detach(), 5, 0, 5);
    y.mul(vector(1, 10, 100)).sum().backward();
    Expect.values(value.grad(), 101);
  }

  /// Adds all sources, whose rounding errors tell the order.
  private void adds(BinaryOperator<Tensor> add) {
    float[] sums = new float[PLACES];
    double[] values = new double[SOURCES];
    for (int i = 0; i < SOURCES; i++) {
      values[i] = (float) (random.nextDouble() * Math.pow(10, random.nextInt(6)));
      sums[places[i]] += (float) values[i];
    }
    Tensor x = leaf(new double[PLACES]);
    Tensor source = leaf(values);
    Tensor y = add.apply(x.clone(), source);
    assertArrayEquals(sums, y.detach().toFloatArray());
    y.mul(vector(weights)).sum().backward();
    double[] expected = new double[SOURCES];
    for (int i = 0; i < SOURCES; i++) {
      expected[i] = weights[places[i]];
    }
    Expect.values(source.grad(), expected);
    Expect.values(x.grad(), weights);
  }

  @Test
  void whatIsAddedIsAddedInOrder() {
    adds((x, source) -> x.scatterAdd(0, index(places), source));
    adds((x, source) -> x.scatterAdd_(0, index(places), source));
    adds((x, source) -> x.indexAdd(0, index(places), source));
    adds((x, source) -> x.indexAdd_(0, index(places), source));
  }

  /// Reads all places, and expects their gradients added up in order.
  private void reads(UnaryOperator<Tensor> read) {
    double[] g = new double[SOURCES];
    float[] sums = new float[PLACES];
    for (int i = 0; i < SOURCES; i++) {
      g[i] = (float) (random.nextDouble() * Math.pow(10, random.nextInt(6)));
      sums[places[i]] += (float) g[i];
    }
    for (int round = 0; round < 3; round++) {
      Tensor x = leaf(weights);
      Tensor y = read.apply(x);
      y.backward(vector(g).view(y.shape().toArray()));
      assertArrayEquals(sums, Expect.gradOf(x).toFloatArray());
    }
  }

  @Test
  void theGradientsOfAPlaceReadTwiceAddUpInOrder() {
    reads(x -> x.gather(0, index(places)));
    reads(x -> x.indexSelect(0, index(places)));
    reads(x -> x.get(Index.of(index(places))));
    reads(x -> x.view(1, PLACES).get(Index.all(), Index.of(index(places))));
    reads(x -> Tensors.embedding(x.view(PLACES, 1), index(places)));
  }
}
