package dev.adjoint.optim;

import dev.adjoint.Scope;
import dev.adjoint.Tensor;
import dev.adjoint.memory.Window;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Stochastic gradient descent, p ← p - rate d, where d is the gradient or a running sum of gradients.
public final class SGD extends Optimizer {
  private final @Nullable Tensor[] velocities;
  private double momentum;
  private double dampening;
  private double weightDecay;
  private boolean nesterov;

  public SGD(List<? extends Tensor> parameters, double learningRate) {
    super(parameters, learningRate);
    velocities = new Tensor[parameters.size()];
  }

  /// Uses v ← `momentum` v + g in the gradient's place; v starts as the first gradient.
  public SGD momentum(double momentum) {
    this.momentum = requireNotNegative("momentum value", momentum);
    return this;
  }

  /// Weighs what is added to the momentum by 1 - `dampening`.
  public SGD dampening(double dampening) {
    this.dampening = dampening;
    return this;
  }

  /// Adds `weightDecay` p to the gradient.
  public SGD weightDecay(double weightDecay) {
    this.weightDecay = requireNotNegative("weight_decay value", weightDecay);
    return this;
  }

  /// Looks one step ahead: uses g + momentum v instead of v.
  public SGD nesterov(boolean nesterov) {
    this.nesterov = nesterov;
    return this;
  }

  @Override
  protected void update(int index, Tensor parameter, Tensor gradient) {
    if (nesterov && (momentum == 0 || dampening != 0)) {
      throw new IllegalArgumentException(
          "Nesterov momentum requires a momentum and zero dampening");
    }
    Tensor direction;
    try (Window _ = Window.open();
        Scope scope = Scope.open()) {
      direction = scope.keep(direction(index, parameter, gradient));
    }
    parameter.add_(direction, -learningRate());
  }

  private Tensor direction(int index, Tensor parameter, Tensor gradient) {
    Tensor g = weightDecay == 0 ? gradient : gradient.add(parameter, weightDecay);
    if (momentum == 0) {
      return g;
    }
    Tensor old = velocities[index];
    Tensor v = old == null ? g.clone() : old.mul(momentum).add(g, 1 - dampening);
    velocities[index] = remember(old, v);
    return nesterov ? g.add(v, momentum) : v;
  }
}
