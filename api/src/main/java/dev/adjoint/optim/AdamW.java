package dev.adjoint.optim;

import dev.adjoint.Tensor;
import java.util.List;

/// [Adam] whose weight decay shrinks the parameters themselves, p ← p (1 - rate decay), and stays out of
/// the running means. The decay is 0.01 unless set.
public final class AdamW extends Adam {

  /// With PyTorch's learning rate of 0.001.
  public AdamW(List<? extends Tensor> parameters) {
    this(parameters, 1e-3);
  }

  public AdamW(List<? extends Tensor> parameters, double learningRate) {
    super(parameters, learningRate);
    super.weightDecay(0.01);
  }

  @Override
  public AdamW betas(double beta1, double beta2) {
    super.betas(beta1, beta2);
    return this;
  }

  @Override
  public AdamW epsilon(double epsilon) {
    super.epsilon(epsilon);
    return this;
  }

  @Override
  public AdamW capturable() {
    super.capturable();
    return this;
  }

  /// Shrinks each parameter by rate times `weightDecay` per step.
  @Override
  public AdamW weightDecay(double weightDecay) {
    super.weightDecay(weightDecay);
    return this;
  }

  @Override
  Tensor decayed(Tensor parameter, double decay) {
    return decay == 0 ? parameter : parameter.mul(1 - learningRate() * decay);
  }

  @Override
  Tensor regularized(Tensor parameter, Tensor gradient, double decay) {
    return gradient;
  }
}
