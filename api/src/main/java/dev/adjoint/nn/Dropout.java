package dev.adjoint.nn;

import static dev.adjoint.Tensors.rand;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.type.DType;

/// In training, makes elements 0 with a probability and divides the others by what is left of 1, so that
/// the mean stays; else its input. Drawn from the process's generator: see `Tensors.manualSeed`.
public final class Dropout extends Block {
  private final double probability;

  /// With probability one half.
  public Dropout() {
    this(0.5);
  }

  public Dropout(double probability) {
    if (!(probability >= 0 && probability <= 1)) {
      throw new IllegalArgumentException(
          "dropout probability has to be between 0 and 1, but got " + probability);
    }
    this.probability = probability;
  }

  /// The gradient of an element that was made 0 is 0, also where the input is NaN.
  @Override
  public Tensor forward(Tensor input) {
    if (!isTraining() || probability == 0) {
      return input;
    }
    Tensor scale = Tensors.noGrad(() -> scale(input));
    return input.mul(scale);
  }

  private Tensor scale(Tensor input) {
    if (probability == 1) {
      return Tensors.zeros(input.shape(), input.dtype(), input.device());
    }
    Tensor kept = rand(input.shape(), DType.FLOAT32, input.device()).ge(probability);
    return kept.to(input.dtype()).div(1 - probability);
  }

  @Override
  protected String describe() {
    return "p=" + PythonText.number(probability) + ", inplace=False";
  }
}
