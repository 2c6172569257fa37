package dev.adjoint.op;

import static java.util.Objects.requireNonNull;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Overwriting a tensor with another: the gradient goes to the source, and what was there gets zeros.
///
/// @param node the node's name, which says what wrote
public record CopyOp(String node) implements Compute {
  @Override
  public List<Tensor> forward(List<Tensor> inputs) {
    return List.of(inputs.get(1).to(inputs.get(0).dtype()));
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
    Tensor g = requireNonNull(gradients.getFirst());
    return Arrays.asList(saved.needs(0) ? Tensors.zerosLike(g) : null, g);
  }
}
