package dev.adjoint;

/// Switches of [Autograd#grad] and [Tensor#backward].
public enum GradOption {
  /// Keeps saved tensors, so that the same graph can be walked again.
  RETAIN_GRAPH,
  /// Records the gradients' own computation, so that they can be differentiated; retains the graph.
  CREATE_GRAPH,
  /// Yields null for an input that the outputs do not depend on, instead of an error.
  ALLOW_UNUSED,
  /// Yields zeros for an input that the outputs do not depend on.
  MATERIALIZE_GRADS,
  /// Where a gradient is 0, an elementwise operation passes 0 on, even if its derivative is infinite or
  /// NaN there. So the branch that `where` did not select has no say: `where(x > 0, sqrt(x), 0)` has the
  /// gradient 0 at 0, where PyTorch has NaN (0 times infinity).
  STRICT_ZEROS
}
