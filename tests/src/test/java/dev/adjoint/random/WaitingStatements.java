package dev.adjoint.random;

import dev.adjoint.Autograd;
import dev.adjoint.GradOption;
import dev.adjoint.Scope;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.autograd.Checkpoint;
import dev.adjoint.optim.Adam;
import dev.adjoint.optim.Optimizer;
import dev.adjoint.optim.SGD;
import dev.adjoint.type.DType;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// The statements of [WaitingProgram].
final class WaitingStatements {
  private final WaitingProgram program;
  private final Random random;

  WaitingStatements(WaitingProgram program) {
    this.program = program;
    this.random = program.random;
  }

  /// Runs the next one, and returns what it makes.
  @Nullable Tensor next() {
    int word = random.nextInt(100);
    if (word < 34) {
      return pointwise();
    }
    if (word < 46) {
      return view();
    }
    if (word < 64) {
      return write();
    }
    if (word < 75) {
      return structured();
    }
    if (word < 79) {
      program.close();
      return null;
    }
    if (word < 83) {
      program.show(any());
      return null;
    }
    if (word < 87) {
      return loss();
    }
    return word < 92 ? backward() : graph();
  }

  private Tensor any() {
    return program.any();
  }

  private Tensor pointwise() {
    Tensor x = any();
    return switch (random.nextInt(16)) {
      case 0 -> x.add(any());
      case 1 -> x.mul(any());
      case 2 -> x.sub(any(), 0.5);
      case 3 -> x.tanh();
      case 4 -> x.sigmoid();
      case 5 -> x.mul(0.5).add(x);
      case 6 -> x.square().mul(0.25);
      case 7 -> x.relu();
      case 8 -> Tensors.where(x.gt(0.1), x, any());
      case 9 -> x.to(DType.FLOAT64).mul(1.0 / 3).to(DType.FLOAT32);
      case 10 -> x.clone();
      case 11 -> x.to(DType.FLOAT16).add(any()).to(DType.FLOAT32);
      case 12 -> x.div(any().abs().add(1));
      case 13 -> x.mul(8).to(DType.INT32).remainder(5).add(any());
      case 14 -> x.lt(any()).logicalNot().to(DType.FLOAT32).mul(x);
      default -> x.addcmul(any(), any(), 0.125);
    };
  }

  private Tensor view() {
    Tensor x = any();
    int rows = x.dim() == 0 ? 1 : (int) x.size(0);
    return switch (random.nextInt(8)) {
      case 0 -> x.t();
      case 1 -> x.narrow(0, 0, Math.max(1, rows - 1));
      case 2 -> x.narrow(0, rows / 2, rows - rows / 2);
      case 3 -> x.detach();
      case 4 -> x.view(-1).view(x.shape().toArray());
      case 5 -> x.select(0, rows / 2);
      case 6 -> x.unbind(0).getLast();
      default -> x.expand(WaitingProgram.ROWS, program.columns);
    };
  }

  private @Nullable Tensor write() {
    Tensor x = any();
    switch (random.nextInt(11)) {
      case 0 -> x.mul_(0.75);
      case 1 -> x.add_(any());
      case 2 -> x.tanh_();
      case 3 -> x.copy_(any());
      case 4 -> x.zero_();
      case 5 -> x.narrow(0, 0, x.dim() == 0 ? 1 : Math.max(1, x.size(0) / 2)).add_(1);
      case 6 -> x.add_(x);
      case 7 -> x.cumsum_(0);
      case 8 -> x.mul_(any().sigmoid());
      case 9 -> x.sub_(any().mul(x), 0.5);
      default -> x.t().mul_(any());
    }
    return null;
  }

  private @Nullable Tensor structured() {
    Tensor x = any();
    return switch (random.nextInt(13)) {
      case 0, 1 -> x.sum(new int[] {random.nextInt(2)}, random.nextBoolean());
      case 2 -> x.sum();
      case 3 -> x.mean(new int[] {random.nextInt(2)}, random.nextBoolean());
      case 4 -> x.matmul(any().t()).mul(0.125);
      case 5 -> x.softmax(-1);
      case 6 -> x.amax(new int[] {0}, true).add(any());
      case 7 -> Tensors.cat(List.of(x, any()), 0).narrow(0, 1, WaitingProgram.ROWS);
      case 8 -> x.cumsum(0);
      case 9 -> Tensors.randLike(x);
      case 10 -> x.dim() == 0 ? null : x.layerNorm(x.size(-1));
      case 11 -> x.flip(0);
      default -> x.max(0).values();
    };
  }

  private GradOption[] options() {
    return switch (random.nextInt(4)) {
      case 0 -> new GradOption[] {GradOption.CREATE_GRAPH};
      case 1, 2 -> new GradOption[] {GradOption.RETAIN_GRAPH};
      default -> new GradOption[0];
    };
  }

  /// A sum or a mean, or a number made of some, and its walk back, between which there may be a write, a
  /// look or another sum.
  private Tensor loss() {
    Tensor y = pointwise();
    Tensor sum = random.nextBoolean() ? y.sum() : y.to(DType.FLOAT32).mean();
    Tensor loss =
        switch (random.nextInt(4)) {
          case 0 -> sum.mul(0.25);
          case 1 -> sum.add(pointwise().sum());
          case 2 -> sum.square();
          default -> sum;
        };
    switch (random.nextInt(6)) {
      case 0 -> write();
      case 1 -> program.show(loss);
      case 2 -> program.keep(y.mul(any()).sum());
      case 3 -> program.keep(y);
      default -> {}
    }
    if (loss.requiresGrad()) {
      loss.backward(options());
    }
    return loss;
  }

  private @Nullable Tensor backward() {
    Tensor x = any();
    GradOption[] options = options();
    Tensor g = Tensors.full(x.shape(), 0.5, x.dtype(), program.device);
    x.backward(random.nextBoolean() ? g : g.mul(x.detach()), options);
    for (Tensor collected : program.gradients()) {
      if (random.nextInt(3) == 0) {
        program.keep(collected.detach());
      }
    }
    return null;
  }

  private @Nullable Tensor graph() {
    Tensor x = any();
    switch (random.nextInt(11)) {
      case 0 -> x.registerHook(g -> g == null ? null : g.mul(0.5));
      case 1 -> x.registerHook(this::shownGradient);
      case 2 -> x.retainGrad();
      case 3 -> x.detach_();
      case 4 -> x.requiresGrad_(random.nextInt(3) != 0);
      case 5 -> x.setGrad(random.nextBoolean() ? null : any().detach());
      case 6 -> update(x);
      case 7 -> {
        return Checkpoint.checkpoint(t -> t.mul(t).tanh().add(t), x);
      }
      case 8 -> {
        return Autograd.grad(x.sum(), any(), GradOption.CREATE_GRAPH);
      }
      case 9 -> {
        try (Scope scope = Scope.open()) {
          return scope.keep(x.exp().mul(any()).tanh());
        }
      }
      default -> program.note(Autograd.isGradEnabled() + " " + x.requiresGrad() + x.isLeaf());
    }
    return null;
  }

  private @Nullable Tensor shownGradient(@Nullable Tensor g) {
    if (g != null) {
      program.show(g);
    }
    return null;
  }

  private void update(Tensor x) {
    Optimizer optimizer =
        random.nextBoolean() ? new SGD(List.of(x), 0.125) : new Adam(List.of(x), 0.125);
    optimizer.step();
    optimizer.step();
    if (random.nextBoolean()) {
      optimizer.zeroGrad();
    }
  }
}
