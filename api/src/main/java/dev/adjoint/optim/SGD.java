package dev.adjoint.optim;

import static dev.adjoint.Tensors.zerosLike;

import dev.adjoint.Tensor;
import dev.adjoint.graph.InPlace;
import dev.adjoint.op.BinaryOp;
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
    if (momentum == 0 && weightDecay == 0) {
      // One row, so there is nothing to join: half the time of an assignment.
      Number[] factor = {-learningRate()};
      InPlace.apply("sgd", BinaryOp.ADD_SCALED, factor, parameter, gradient);
      return;
    }
    if (momentum == 0) {
      assign(
          "sgd", List.of(parameter), () -> List.of(moved(parameter, decayed(parameter, gradient))));
      return;
    }
    Tensor old = velocities[index];
    Tensor velocity = old == null ? state(zerosLike(parameter)) : old;
    follow(parameter, velocity);
    assign(
        "sgd",
        List.of(velocity, parameter),
        () -> next(old == null, velocity, parameter, gradient));
    velocities[index] = velocity; // not before the step is made: a first one counts differently
  }

  private List<Tensor> next(boolean first, Tensor velocity, Tensor parameter, Tensor gradient) {
    Tensor g = decayed(parameter, gradient);
    Tensor v = first ? g.clone() : velocity.mul(momentum).add(g, 1 - dampening);
    return List.of(v, moved(parameter, nesterov ? g.add(v, momentum) : v));
  }

  private Tensor decayed(Tensor parameter, Tensor gradient) {
    return weightDecay == 0 ? gradient : gradient.add(parameter, weightDecay);
  }

  private Tensor moved(Tensor parameter, Tensor direction) {
    return parameter.add(direction, -learningRate());
  }
}
