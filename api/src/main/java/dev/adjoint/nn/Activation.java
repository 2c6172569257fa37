package dev.adjoint.nn;

import dev.adjoint.Tensor;
import java.util.function.UnaryOperator;

/// Functions between layers, as modules that print their PyTorch names.
public enum Activation implements Module {
  RELU("ReLU", Tensor::relu),
  LEAKY_RELU("LeakyReLU", Tensor::leakyRelu),
  ELU("ELU", Tensor::elu),
  GELU("GELU", Tensor::gelu),
  SILU("SiLU", Tensor::silu),
  SOFTPLUS("Softplus", Tensor::softplus),
  TANH("Tanh", Tensor::tanh),
  SIGMOID("Sigmoid", Tensor::sigmoid);

  private final String name;

  @SuppressWarnings("ImmutableEnumChecker") // method references hold nothing
  private final UnaryOperator<Tensor> function;

  Activation(String name, UnaryOperator<Tensor> function) {
    this.name = name;
    this.function = function;
  }

  @Override
  public Tensor forward(Tensor input) {
    return function.apply(input);
  }

  @Override
  public String toString() {
    return name + "()";
  }
}
