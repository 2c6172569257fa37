package dev.adjoint.graph.trace;

import dev.adjoint.graph.Node;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Who gave back what a node had saved: one object per backward, which its nodes keep in the place of a mark.
public final class Freed {
  private static final AtomicLong BACKWARDS = new AtomicLong();

  /// A checkpoint, which keeps nothing of what it computes.
  public static final Freed BY_CHECKPOINT = new Freed(0, "", null);

  private final long number;
  private final String root;
  private final @Nullable Trace trace;

  private Freed(long number, String root, @Nullable Trace trace) {
    this.number = number;
    this.root = root;
    this.trace = trace;
  }

  /// A backward that begins now.
  ///
  /// @param root the node of its first root
  public static Freed byBackward(@Nullable Node root) {
    String name = root == null ? "nothing" : root.name();
    return new Freed(BACKWARDS.incrementAndGet(), name, Tracing.here());
  }

  /// Says it in a sentence.
  @Override
  public String toString() {
    if (number == 0) {
      return "The checkpoint in which it was recorded keeps nothing.";
    }
    String what =
        "They were freed by backward call number "
            + number
            + " of this program, from a result of "
            + root;
    return trace == null ? what + "." : what + ", at " + trace + ".";
  }
}
