package dev.adjoint.nn;

import static dev.adjoint.Tensors.noGrad;
import static dev.adjoint.Tensors.rand;
import static dev.adjoint.Tensors.randn;

import dev.adjoint.Scope;
import dev.adjoint.Tensor;
import dev.adjoint.type.ShapeException;

/// Random initial values, written over a tensor outside the graph and drawn from the process's
/// generator: see `Tensors.manualSeed`.
public final class Initializers {
  private Initializers() {}

  /// Uniform in [low, high).
  public static Tensor uniform_(Tensor t, double low, double high) {
    return fill(t, () -> rand(t.shape(), t.dtype(), t.device()).mul(high - low).add(low));
  }

  /// Normal with a mean and a standard deviation.
  public static Tensor normal_(Tensor t, double mean, double deviation) {
    return fill(t, () -> randn(t.shape(), t.dtype(), t.device()).mul(deviation).add(mean));
  }

  /// Uniform within ± gain √(6 / (in + out)), which keeps variances through linear layers both ways.
  ///
  /// @throws ShapeException with fewer than two dimensions
  public static Tensor xavierUniform_(Tensor t, double gain) {
    double bound = gain * Math.sqrt(6.0 / (fanIn(t) + fanOut(t)));
    return uniform_(t, -bound, bound);
  }

  /// Uniform within ± √(6 / ((1 + a²) in)), for layers before a leaky ReLU of slope a.
  ///
  /// @throws ShapeException with fewer than two dimensions
  public static Tensor kaimingUniform_(Tensor t, double slope) {
    double bound = Math.sqrt(6 / ((1 + slope * slope) * fanIn(t)));
    return uniform_(t, -bound, bound);
  }

  private static Tensor fill(Tensor t, java.util.function.Supplier<Tensor> values) {
    try (Scope _ = Scope.open()) {
      noGrad(() -> t.copy_(values.get()));
    }
    return t;
  }

  private static double fanIn(Tensor t) {
    return size(t, 1) * receptiveField(t);
  }

  private static double fanOut(Tensor t) {
    return size(t, 0) * receptiveField(t);
  }

  private static double size(Tensor t, int dim) {
    if (t.dim() < 2) {
      throw new ShapeException(
          "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions. This one"
              + " has shape "
              + t.shape()
              + ".");
    }
    return (double) t.size(dim);
  }

  /// How many places of the input one weight of a convolution sees.
  private static double receptiveField(Tensor t) {
    double places = 1;
    for (int d = 2; d < t.dim(); d++) {
      places *= (double) t.size(d);
    }
    return places;
  }
}
