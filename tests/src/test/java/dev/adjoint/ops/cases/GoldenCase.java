package dev.adjoint.ops.cases;

import dev.adjoint.type.DType;
import java.util.List;

/// One line of a golden file: inputs, what PyTorch returned, and its derivatives.
///
/// @param cotangents one per output, null for ones; null where an output has no gradient
/// @param gradients one per input, null where PyTorch has none; empty for no derivatives
/// @param directions what the gradients are weighted with before they are differentiated again
/// @param seconds one per input, null where the gradients do not depend on it
public record GoldenCase(
    String op,
    String name,
    Args args,
    List<HostTensor> inputs,
    List<HostTensor> outputs,
    List<double[]> cotangents,
    List<double[]> gradients,
    List<double[]> directions,
    List<double[]> seconds) {

  /// Whether floats follow the type under test, so that the line holds for every floating type.
  public boolean followsType() {
    return inputs.stream().anyMatch(i -> i.type() == null);
  }

  /// Whether the case belongs to a run of the given type.
  public boolean runsAs(DType type) {
    if (followsType()) {
      return type.isFloating() && !type.isHalf();
    }
    boolean half = inputs.stream().anyMatch(i -> i.type().isHalf());
    return half
        ? inputs.stream().anyMatch(i -> i.type() == type) && type.isHalf()
        : inputs.isEmpty() || inputs.getFirst().type() == type;
  }

  public boolean hasGradient() {
    return !gradients.isEmpty();
  }

  public boolean hasSecond() {
    return !seconds.isEmpty();
  }

  @Override
  public String toString() {
    return op + "/" + name;
  }
}
