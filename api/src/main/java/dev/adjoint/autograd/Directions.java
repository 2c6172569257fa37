package dev.adjoint.autograd;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import java.util.SplittableRandom;

/// Vectors along which derivatives are taken, the same in each run.
final class Directions {
  private Directions() {}

  /// Numbers of magnitude 0.5 to 1.5 and either sign, so that no element goes unnoticed.
  static double[] random(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] out = new double[count];
    for (int i = 0; i < count; i++) {
      out[i] = (random.nextBoolean() ? 1 : -1) * (0.5 + random.nextDouble());
    }
    return out;
  }

  /// A random tensor like another.
  static Tensor random(Tensor like, long seed) {
    return of(random((int) like.numel(), seed), like);
  }

  /// One element 1, the others 0.
  static Tensor unit(Tensor like, int element) {
    double[] values = new double[(int) like.numel()];
    values[element] = 1;
    return of(values, like);
  }

  /// Elements in another's shape, type and place.
  static Tensor of(double[] values, Tensor like) {
    return Tensors.tensor(values, like.dtype(), like.device()).reshape(like.shape().toArray());
  }
}
