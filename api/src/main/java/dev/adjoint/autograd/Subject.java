package dev.adjoint.autograd;

import dev.adjoint.Autograd;
import dev.adjoint.GradOption;
import dev.adjoint.Scope;
import dev.adjoint.Tensor;
import dev.adjoint.type.GraphException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// A function under check: its values and its backward at points near its inputs, as plain numbers.
final class Subject {
  private static final double[] NOTHING = {};

  /// An input and its elements in row-major order; none for one that is passed on as it is.
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Point(Tensor like, double[] values) {
    boolean isChecked() {
      return like.requiresGrad();
    }

    /// A leaf of these elements whose dimensions lie in memory as the input's do.
    Tensor at(double[] elements) {
      Tensor dense =
          Directions.of(elements, like).permute(outerFirst()).contiguous().permute(inverse());
      return dense.detach().requiresGrad_();
    }

    private int[] outerFirst() {
      long[] strides = like.stride();
      return IntStream.range(0, strides.length)
          .boxed()
          .sorted(Comparator.comparingLong(d -> -strides[d]))
          .mapToInt(Integer::intValue)
          .toArray();
    }

    private int[] inverse() {
      int[] order = outerFirst();
      int[] inverse = new int[order.length];
      for (int d = 0; d < order.length; d++) {
        inverse[order[d]] = d;
      }
      return inverse;
    }
  }

  private final UnaryOperator<List<Tensor>> function;
  private final List<Point> points = new ArrayList<>();

  Subject(UnaryOperator<List<Tensor>> function, List<? extends Tensor> inputs) {
    this.function = function;
    for (Tensor t : inputs) {
      points.add(new Point(t, t.requiresGrad() ? t.detach().toDoubleArray() : NOTHING));
    }
  }

  int inputs() {
    return points.size();
  }

  Tensor input(int index) {
    return points.get(index).like;
  }

  boolean isChecked(int input) {
    return points.get(input).isChecked();
  }

  /// How many elements of an input are checked.
  int elements(int input) {
    return points.get(input).values.length;
  }

  /// What the results are when an input is moved by a step along a direction; empty for those that are
  /// not floating.
  List<double[]> stepped(int input, double[] direction, double step) {
    double[] moved = points.get(input).values.clone();
    for (int i = 0; i < moved.length; i++) {
      moved[i] += step * direction[i];
    }
    return values(input, moved);
  }

  List<double[]> values() {
    return values(-1, NOTHING);
  }

  private List<double[]> values(int input, double[] moved) {
    try (Scope _ = Scope.open()) {
      List<double[]> out = new ArrayList<>();
      for (Tensor y : call(leaves(input, moved))) {
        out.add(y.dtype().isFloating() ? y.detach().toDoubleArray() : NOTHING);
      }
      return out;
    }
  }

  /// Does something with the recorded results and the leaves they were computed from.
  void recorded(java.util.function.BiConsumer<List<Tensor>, List<Tensor>> body) {
    try (Scope _ = Scope.open()) {
      List<Tensor> leaves = leaves(-1, NOTHING);
      body.accept(call(leaves), leaves);
    }
  }

  private List<Tensor> leaves(int input, double[] moved) {
    List<Tensor> out = new ArrayList<>();
    for (int i = 0; i < points.size(); i++) {
      Point p = points.get(i);
      out.add(p.isChecked() ? p.at(i == input ? moved : p.values) : p.like);
    }
    return out;
  }

  private List<Tensor> call(List<Tensor> leaves) {
    List<Tensor> results = Autograd.enableGrad(() -> function.apply(List.copyOf(leaves)));
    if (results.isEmpty()) {
      throw new GraphException("gradcheck: the function returned no result.");
    }
    return results;
  }

  /// The checked inputs' gradients from one result's, by input; zeros where it does not depend on one.
  static List<double[]> pull(Tensor result, List<Tensor> leaves, Tensor gradient) {
    List<Tensor> asked = leaves.stream().filter(Tensor::requiresGrad).toList();
    List<@Nullable Tensor> found =
        Autograd.grad(
            List.of(result),
            asked,
            List.of(gradient),
            GradOption.RETAIN_GRAPH,
            GradOption.ALLOW_UNUSED);
    List<double[]> out = new ArrayList<>();
    int next = 0;
    for (Tensor leaf : leaves) {
      Tensor g = leaf.requiresGrad() ? found.get(next++) : null;
      out.add(g == null ? new double[(int) leaf.numel()] : g.toDoubleArray());
    }
    return out;
  }
}
