package dev.adjoint.graph;

import dev.adjoint.type.GraphException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// What a pass has for `.grad`, held back until the whole pass has gone well; see ADR 9.
final class StagedGradients {

  /// @param mayTake as in [AccumulateGrad#add]
  private record Staged(EagerTensor tensor, EagerTensor gradient, boolean mayTake) {}

  private final List<Staged> staged = new ArrayList<>();
  private final List<EagerTensor> updated = new ArrayList<>();

  /// Holds a gradient back, which stays the caller's.
  void add(EagerTensor tensor, EagerTensor gradient, boolean mayTake) {
    EagerTensor own = gradient.sibling();
    HandleScope.free(own);
    staged.add(new Staged(tensor, own, mayTake));
  }

  /// Adds everything, in the order in which it came.
  void commit() {
    for (Staged s : staged) {
      // The leaf may have moved since the node that computed this ran on its elements.
      AccumulateGrad.add(s.tensor, Placement.followed(s.gradient, s.tensor), s.mayTake);
      s.gradient.close();
      changed(s.tensor);
    }
    staged.clear();
  }

  /// Remembers whose `.grad` is no longer what it was before the pass.
  void changed(EagerTensor leaf) {
    updated.add(leaf);
  }

  /// Gives back what will not be added.
  void drop() {
    staged.forEach(s -> s.gradient.close());
    staged.clear();
  }

  /// Says what a pass that failed has changed.
  ///
  /// @param where the node that ran, or what the pass did
  GraphException failed(String where, boolean retainGraph) {
    String names =
        updated.stream()
            .map(t -> "[" + t.dtype().tensorType() + " " + t.shape() + "]")
            .collect(Collectors.joining(", "));
    String grads =
        updated.isEmpty()
            ? "No .grad was changed."
            : "The .grad of these was changed before: " + names + ".";
    String again =
        retainGraph
            ? " The graph is as it was: the call may be repeated"
                + (updated.isEmpty() ? "." : ", but adds to those once more.")
            : " Nodes that had run gave back what they saved; with GradOption.RETAIN_GRAPH the call could"
                + " be repeated.";
    return new GraphException("backward ended in " + where + ". " + grads + again);
  }
}
