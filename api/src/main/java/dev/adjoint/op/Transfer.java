package dev.adjoint.op;

import static java.util.Objects.requireNonNull;

import dev.adjoint.Tensor;
import dev.adjoint.graph.Kernels;
import dev.adjoint.type.Device;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A copy on another device; the gradient comes back.
public record Transfer(Device from, Device to) implements Compute {
  @Override
  public String node() {
    return "ToCopyBackward0";
  }

  @Override
  public List<Tensor> forward(List<Tensor> inputs) {
    return List.of(Kernels.transfer(inputs.getFirst(), to));
  }

  @Override
  public boolean takesHalves() {
    return true;
  }

  @Override
  public int saves(boolean[] needs) {
    return Derivative.NOTHING;
  }

  @Override
  public List<@Nullable Tensor> backward(List<@Nullable Tensor> gradients, Saved saved) {
    return Arrays.asList(requireNonNull(gradients.getFirst()).to(from));
  }
}
