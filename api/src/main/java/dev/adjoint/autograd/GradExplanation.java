package dev.adjoint.autograd;

/// Why a tensor has no gradient; see [dev.adjoint.Autograd#explainGrad].
///
/// @param text the reason in sentences, with the nodes that it is about and what to do
public record GradExplanation(Reason reason, String text) {

  /// The kinds of reasons.
  public enum Reason {
    /// It has one.
    HAS_GRADIENT,
    /// Only tensors of a floating type have gradients.
    NOT_FLOATING,
    /// It was made in inference mode.
    INFERENCE,
    /// Nobody asked for a gradient, or the history ended before it.
    NOT_REQUIRED,
    /// It was computed, and such tensors keep their gradient only on request.
    NOT_RETAINED,
    /// What the gradient is asked of requires none itself.
    UNTRACKED_ROOT,
    /// No way leads from the root to it, but its elements were used without it.
    DETACHED,
    /// No way leads from the root to it.
    NOT_USED,
    /// A way leads to it, but no backward has gone there.
    NO_BACKWARD,
    /// A backward has gone to it, but brought no gradient, or it was cleared since.
    UNDEFINED
  }

  @Override
  public String toString() {
    return text;
  }
}
