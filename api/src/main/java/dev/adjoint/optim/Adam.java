package dev.adjoint.optim;

import dev.adjoint.Scope;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.memory.Window;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Steps of about the learning rate in each coordinate: the running mean of the gradient over the root
/// of the running mean of its square, both corrected for starting at 0.
public sealed class Adam extends Optimizer permits AdamW {
  private final Moments[] moments;
  private double beta1 = 0.9;
  private double beta2 = 0.999;
  private double epsilon = 1e-8;
  private double weightDecay;

  private static final class Moments {
    int steps;
    @Nullable Tensor mean;
    @Nullable Tensor square;
  }

  /// With PyTorch's learning rate of 0.001.
  public Adam(List<? extends Tensor> parameters) {
    this(parameters, 1e-3);
  }

  public Adam(List<? extends Tensor> parameters, double learningRate) {
    super(parameters, learningRate);
    moments = new Moments[parameters.size()];
    for (int i = 0; i < moments.length; i++) {
      moments[i] = new Moments();
    }
  }

  /// How much of the two running means each step keeps; 0.9 and 0.999 unless set.
  public Adam betas(double beta1, double beta2) {
    this.beta1 = requireFraction(0, beta1);
    this.beta2 = requireFraction(1, beta2);
    return this;
  }

  /// Added to the root, so that it is never 0; 1e-8 unless set.
  public Adam epsilon(double epsilon) {
    this.epsilon = requireNotNegative("epsilon value", epsilon);
    return this;
  }

  /// Adds `weightDecay` p to the gradient.
  public Adam weightDecay(double weightDecay) {
    this.weightDecay = requireNotNegative("weight_decay value", weightDecay);
    return this;
  }

  private static double requireFraction(int index, double beta) {
    if (!(beta >= 0 && beta < 1)) {
      throw new IllegalArgumentException("Invalid beta parameter at index " + index + ": " + beta);
    }
    return beta;
  }

  /// What the weight decay leaves of a parameter before the step.
  Tensor decayed(Tensor parameter, double decay) {
    return parameter;
  }

  /// The gradient with the weight decay in it.
  Tensor regularized(Tensor parameter, Tensor gradient, double decay) {
    return decay == 0 ? gradient : gradient.add(parameter, decay);
  }

  /// The three results are one program; writing the parameter is a second launch.
  @Override
  protected void update(int index, Tensor parameter, Tensor gradient) {
    Tensor moved;
    try (Window _ = Window.open();
        Scope scope = Scope.open()) {
      moved = scope.keep(moved(moments[index], parameter, gradient));
    }
    parameter.copy_(moved);
  }

  private Tensor moved(Moments m, Tensor parameter, Tensor gradient) {
    Tensor g = regularized(parameter, gradient, weightDecay);
    Tensor oldMean = m.mean == null ? Tensors.zerosLike(parameter) : m.mean;
    Tensor oldSquare = m.square == null ? Tensors.zerosLike(parameter) : m.square;
    Tensor mean = oldMean.lerp(g, 1 - beta1);
    Tensor square = oldSquare.mul(beta2).addcmul(g, g, 1 - beta2);
    m.mean = remember(m.mean, mean);
    m.square = remember(m.square, square);
    m.steps++;
    double meanCorrection = 1 - Math.pow(beta1, m.steps);
    double squareCorrection = 1 - Math.pow(beta2, m.steps);
    Tensor root = square.sqrt().div(Math.sqrt(squareCorrection)).add(epsilon);
    return decayed(parameter, weightDecay).addcdiv(mean, root, -learningRate() / meanCorrection);
  }
}
