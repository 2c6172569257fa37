package dev.adjoint.graph.trace;

import dev.adjoint.GradFn;
import dev.adjoint.graph.AccumulateGrad;
import dev.adjoint.graph.Node;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/// Warns of a graph that goes on from one iteration to the next: a total of losses, a hidden state that
/// nobody detached.
///
/// Iterations are told by backward calls. A chain is looked at only when its length reaches a power of
/// two, so a node pays one comparison.
public final class GraphGrowth {

  /// Chains shorter than this are no burden.
  public static final int SHORTEST = 1024;

  /// A chain of this length is worth a word even if no backward was called since it began.
  static final int LONG = 1 << 17;

  private static final int CALLS = 64;

  /// Of so many calls the chain may have skipped a few, such as those of a validation.
  private static final int ENOUGH = 60;

  private static final System.Logger LOG = System.getLogger("dev.adjoint");

  /// The number of the newest node at each of the last backward calls, as a ring.
  private static final AtomicLongArray NEWEST = new AtomicLongArray(CALLS);

  private static final AtomicLong PASSES = new AtomicLong();

  private static long warnedAt = -CALLS;
  static boolean warnedOfLength;

  private GraphGrowth() {}

  /// Notes the end of a backward.
  public static void passed(long newest) {
    NEWEST.set((int) (PASSES.getAndIncrement() % CALLS), newest);
  }

  /// Looks at the chain that ends in a node.
  public static void check(Node node) {
    if ((node.depth() & node.depth() - 1) != 0) {
      return;
    }
    long passes = PASSES.get();
    if (passes >= CALLS && spans(node, passes) >= ENOUGH) {
      synchronized (GraphGrowth.class) {
        if (passes - warnedAt >= CALLS) {
          warnedAt = passes;
          warn(node, "each of the last " + CALLS + " backward calls left it longer");
        }
      }
    } else if (node.depth() == LONG && !warnedOfLength) {
      warnedOfLength = true;
      warn(node, "no backward has gone through it");
    }
  }

  /// Between how many of the last backward calls the chain was made.
  private static int spans(Node node, long passes) {
    BitSet hit = new BitSet();
    int call = CALLS - 1;
    for (Node n = node; n != null && call >= 0; n = deepest(n)) {
      while (call >= 0 && n.sequence() < NEWEST.get((int) ((passes + call) % CALLS))) {
        call--;
      }
      hit.set(call + 1);
    }
    return hit.cardinality();
  }

  private static @Nullable Node deepest(Node node) {
    for (GradFn.Edge edge : node.nextFunctions()) {
      Node before = (Node) edge.function();
      if (before != null && before.depth() == node.depth() - 1) {
        return before instanceof AccumulateGrad ? null : before;
      }
    }
    return null;
  }

  private static void warn(Node node, String why) {
    String text =
        "The graph behind a result of "
            + node.name()
            + " keeps growing: its longest chain has "
            + node.depth()
            + " operations, and "
            + why
            + ". Everything along it stays in memory. Detach what goes from one iteration to the"
            + " next, as in total.add(loss.detach()), or compute it inside noGrad(...)."
            + " Autograd.graphReport(tensor) lists what is kept."
            + Tracing.recorded(node.trace());
    LOG.log(System.Logger.Level.WARNING, text);
  }
}
