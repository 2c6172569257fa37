package dev.adjoint.optim;

import static dev.adjoint.Tensors.zerosLike;

import dev.adjoint.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Steps of about the learning rate in each coordinate: the running mean of the gradient over the root
/// of the running mean of its square, both corrected for starting at 0.
public sealed class Adam extends Optimizer permits AdamW {
  private final @Nullable Moments[] moments;
  private double beta1 = 0.9;
  private double beta2 = 0.999;
  private double epsilon = 1e-8;
  private double weightDecay;

  private static final class Moments {
    final Tensor mean;
    final Tensor square;
    int steps;

    Moments(Tensor mean, Tensor square) {
      this.mean = mean;
      this.square = square;
    }
  }

  /// With PyTorch's learning rate of 0.001.
  public Adam(List<? extends Tensor> parameters) {
    this(parameters, 1e-3);
  }

  public Adam(List<? extends Tensor> parameters, double learningRate) {
    super(parameters, learningRate);
    moments = new Moments[parameters.size()];
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

  /// One launch: both means and the parameter are results of one program.
  @Override
  protected void update(int index, Tensor parameter, Tensor gradient) {
    Moments m = moments(index, parameter);
    assign("adam", List.of(m.mean, m.square, parameter), () -> next(m, parameter, gradient));
  }

  private Moments moments(int index, Tensor parameter) {
    Moments m = moments[index];
    if (m == null) {
      m = new Moments(state(zerosLike(parameter)), state(zerosLike(parameter)));
      moments[index] = m;
    }
    follow(parameter, m.mean, m.square);
    return m;
  }

  private List<Tensor> next(Moments m, Tensor parameter, Tensor gradient) {
    Tensor g = regularized(parameter, gradient, weightDecay);
    Tensor mean = m.mean.lerp(g, 1 - beta1);
    Tensor square = m.square.mul(beta2).addcmul(g, g, 1 - beta2);
    m.steps++;
    double meanCorrection = 1 - Math.pow(beta1, m.steps);
    double squareCorrection = 1 - Math.pow(beta2, m.steps);
    Tensor root = square.sqrt().div(Math.sqrt(squareCorrection)).add(epsilon);
    double rate = learningRate() / meanCorrection;
    return List.of(mean, square, decayed(parameter, weightDecay).addcdiv(mean, root, -rate));
  }
}
