package dev.adjoint.benchmarks;

import static java.util.Objects.requireNonNull;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;

/// The shortest program with a gradient, for the time from the start of a JVM to its answer.
final class FirstGradient {
  private FirstGradient() {}

  public static void main(String[] args) {
    Tensor x = Tensors.tensor(3.0).requiresGrad_();
    x.mul(x).backward();
    System.out.println(requireNonNull(x.grad()).item());
  }
}
