package dev.adjoint.optim;

import static dev.adjoint.Tensors.full;
import static dev.adjoint.Tensors.zerosLike;

import dev.adjoint.Tensor;
import dev.adjoint.memory.Recording;
import dev.adjoint.type.DType;
import dev.adjoint.type.Shape;
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
  private boolean capturable;

  private static final class Moments {
    final Tensor mean;
    final Tensor square;
    int steps;
    @Nullable Clock clock;

    Moments(Tensor mean, Tensor square) {
      this.mean = mean;
      this.square = square;
    }
  }

  /// The number of steps where the parameter is, and what the means are divided by after so many.
  private record Clock(Tensor steps, Tensor mean, Tensor root) {}

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

  /// Counts steps on the parameters' device from now on, so that replays of a [dev.adjoint.LaunchGraph]
  /// count too. It costs a small launch per parameter, and the corrections are computed in the
  /// parameter's type instead of in double.
  public Adam capturable() {
    capturable = true;
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
    if (!capturable) {
      Recording.refuse(() ->
          getClass().getSimpleName()
              + ": the number of steps is a number of the captured launches, and replays would"
              + " not count. Call capturable() on the optimiser before its first step.");
    }
    Moments m = moments(index, parameter);
    Clock clock = capturable ? tick(m, parameter) : null;
    int steps = clock == null ? m.steps + 1 : m.steps;
    assign(
        "adam",
        List.of(m.mean, m.square, parameter),
        () -> next(m, clock, steps, parameter, gradient));
    m.steps = steps;
  }

  /// Counts a step on the device. 1 - beta^t is -expm1(t ln beta), which keeps its digits near 1.
  private Clock tick(Moments m, Tensor parameter) {
    Clock c = m.clock;
    if (c == null) {
      DType type = parameter.dtype().arithmetic();
      Tensor[] fresh = new Tensor[3];
      for (int i = 0; i < fresh.length; i++) {
        fresh[i] = state(full(Shape.SCALAR, i == 0 ? m.steps : 0, type, parameter.device()));
      }
      c = new Clock(fresh[0], fresh[1], fresh[2]);
      m.clock = c;
    }
    Clock clock = c;
    follow(parameter, clock.steps, clock.mean, clock.root);
    assign(
        "adam",
        List.of(clock.steps, clock.mean, clock.root),
        () -> {
          Tensor t = clock.steps.add(1);
          Tensor mean = t.mul(Math.log(beta1)).expm1().neg();
          return List.of(t, mean, t.mul(Math.log(beta2)).expm1().neg().sqrt());
        });
    return clock;
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

  private List<Tensor> next(
      Moments m, @Nullable Clock clock, int steps, Tensor parameter, Tensor gradient) {
    Tensor g = regularized(parameter, gradient, weightDecay);
    Tensor mean = m.mean.lerp(g, 1 - beta1);
    Tensor square = m.square.mul(beta2).addcmul(g, g, 1 - beta2);
    Tensor decayed = decayed(parameter, weightDecay);
    if (clock != null) {
      Tensor root = square.sqrt().div(clock.root).add(epsilon);
      Tensor move = mean.div(root).div(clock.mean).mul(learningRate());
      return List.of(mean, square, decayed.sub(move));
    }
    double meanCorrection = 1 - Math.pow(beta1, steps);
    double rootCorrection = 1 / Math.sqrt(1 - Math.pow(beta2, steps));
    Tensor root = square.sqrt().mul(rootCorrection).add(epsilon);
    double rate = learningRate() / meanCorrection;
    return List.of(mean, square, decayed.addcdiv(mean, root, -rate));
  }
}
