package dev.adjoint.nn;

import dev.adjoint.Tensor;

/// Makes some dimensions one: see [Tensor#flatten(int, int)].
public record Flatten(int start, int end) implements Module {

  /// All but the first.
  public Flatten() {
    this(1, -1);
  }

  @Override
  public Tensor forward(Tensor input) {
    return input.flatten(start, end);
  }

  @Override
  public String toString() {
    return "Flatten(start_dim=" + start + ", end_dim=" + end + ")";
  }
}
