package dev.adjoint.graph.trace;

import dev.adjoint.GradFn;
import dev.adjoint.Tensor;
import dev.adjoint.autograd.GradExplanation;
import dev.adjoint.autograd.GradExplanation.Reason;
import dev.adjoint.autograd.GradientEdge;
import dev.adjoint.graph.AccumulateGrad;
import dev.adjoint.graph.EagerTensor;
import dev.adjoint.graph.Node;
import dev.adjoint.memory.Storage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Finds out why a tensor has no gradient.
public final class Explanation {
  private static final int MOST_LINES = 8;

  private final EagerTensor tensor;
  private final Set<Node> seen = new LinkedHashSet<>();
  private final List<String> ends = new ArrayList<>();
  private final List<Node> users = new ArrayList<>();

  private Explanation(EagerTensor tensor) {
    this.tensor = tensor;
  }

  /// See [dev.adjoint.Autograd#explainGrad].
  ///
  /// @param root null when nobody knows
  public static GradExplanation of(Tensor tensor, @Nullable Tensor root) {
    EagerTensor t = (EagerTensor) tensor;
    GradExplanation own = ofItself(t);
    if (own != null) {
      return own;
    }
    if (root == null) {
      return because(
          Reason.NO_BACKWARD,
          "It requires a gradient, but no backward has brought one since .grad was last cleared."
              + " explainGrad(tensor, loss) says whether a way leads there from a loss.");
    }
    if (!root.requiresGrad()) {
      return because(
          Reason.UNTRACKED_ROOT,
          "The root requires no gradient itself: all that it was computed from is detached, constant or of"
              + " an integer type, or it was computed inside noGrad(...).");
    }
    return new Explanation(t).behind(root);
  }

  private static GradExplanation because(Reason reason, String text) {
    return new GradExplanation(reason, text);
  }

  /// What can be told without a root.
  private static @Nullable GradExplanation ofItself(EagerTensor t) {
    if (t.gradUnseen() != null) {
      return because(Reason.HAS_GRADIENT, "It has a gradient.");
    }
    if (!t.dtype().isFloating()) {
      return because(
          Reason.NOT_FLOATING,
          "It is of type "
              + t.dtype()
              + ", and only floating types have gradients: a conversion to an integer type ends the history,"
              + " as comparisons, argmax and indices do.");
    }
    if (t.isInference()) {
      return because(
          Reason.INFERENCE, "It was made inside inferenceMode(...). Make a clone() outside.");
    }
    if (!t.requiresGrad()) {
      return because(
          Reason.NOT_REQUIRED,
          "It requires no gradient. A leaf asks for one with requiresGrad_() before it is used; what is"
              + " computed inside noGrad(...), or from detached, integer or constant tensors only, requires"
              + " none.");
    }
    Node node = t.gradFn();
    if (node != null && !node.hooks().retains(t)) {
      return because(
          Reason.NOT_RETAINED,
          "It is a result of "
              + described(node)
              + ", not a leaf: call retainGrad() on it before backward(), or read the gradients of leaves. A"
              + " parameter becomes such a result by to(device), by a conversion or by arithmetic after"
              + " requiresGrad_().");
    }
    return null;
  }

  private static String described(Node node) {
    Trace trace = node.trace();
    return trace == null ? node.name() : node.name() + " (recorded at " + trace + ")";
  }

  private GradExplanation behind(Tensor root) {
    GradientEdge target = GradientEdge.of(tensor);
    GradientEdge start = GradientEdge.of(root);
    walk((Node) start.function(), target);
    if (users.isEmpty() && !start.equals(target)) {
      return unreached((Node) start.function());
    }
    Freed freed = null;
    for (Node user : users) {
      freed = freed == null ? user.freed() : freed;
    }
    if (freed == null) {
      return because(
          Reason.NO_BACKWARD,
          "A way leads to it"
              + through()
              + ", but no backward is known to have gone there since .grad was last cleared. Call"
              + " backward(), not grad(), and do not leave it out of inputs.");
    }
    return because(
        Reason.UNDEFINED,
        "A way leads to it"
            + through()
            + ". "
            + freed
            + " It brought no gradient: a formula or a hook returned none, grad() was called instead of"
            + " backward(), it was left out of inputs, or .grad was cleared since.");
  }

  private String through() {
    return users.isEmpty() ? "" : " through " + described(users.getFirst());
  }

  private void walk(Node start, GradientEdge target) {
    ArrayDeque<Node> open = new ArrayDeque<>(List.of(start));
    seen.add(start);
    for (Node node = open.poll(); node != null; node = open.poll()) {
      List<GradFn.Edge> edges = node.nextFunctions();
      for (int i = 0; i < edges.size(); i++) {
        GradFn.Edge edge = edges.get(i);
        if (!(edge.function() instanceof Node before)) {
          ends.add("input " + i + " of " + described(node) + " requires no gradient");
          continue;
        }
        if (before.equals(target.function()) && edge.index() == target.outputNr()) {
          users.add(node);
        }
        if (seen.add(before)) {
          open.add(before);
          if (before instanceof AccumulateGrad) {
            ends.add("a leaf of shape " + before.metadata(0).shape() + ", by " + described(node));
          }
        }
      }
    }
  }

  private GradExplanation unreached(Node start) {
    Storage memory = tensor.storage();
    for (Node node : seen) {
      for (Node.Kept kept : node.kept()) {
        if (kept != null && kept.storage() == memory) {
          return because(
              Reason.DETACHED,
              "No way leads to it from the result of "
                  + described(start)
                  + ", but "
                  + described(node)
                  + " saved its elements: what it was given was cut off by detach(), or was a view made inside"
                  + " noGrad(...).");
        }
      }
    }
    StringBuilder text = new StringBuilder("No way leads to it from the result of ");
    text.append(described(start)).append(". The ways from there end at:");
    ends.stream().distinct().limit(MOST_LINES).forEach(e -> text.append("\n  ").append(e));
    long more = ends.stream().distinct().count() - MOST_LINES;
    text.append(more > 0 ? "\n  and " + more + " more places." : ".");
    return because(
        Reason.NOT_USED,
        text
            + "\nIt was not used, or on the way there detach(), noGrad(...), or an integer type cut it off.");
  }
}
