package dev.adjoint.graph.trace;

import dev.adjoint.Anomaly;
import dev.adjoint.graph.Node;
import dev.adjoint.graph.trace.Magnitudes.Mark;
import dev.adjoint.type.GraphException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Something that anomaly mode watched: what went in and what came out.
sealed interface Event {

  /// The error that this event is, or null when it passed on what it was given.
  ///
  /// @param flowing whether a formula before it returned what is looked for
  /// @param earlier the events before it
  @Nullable GraphException failure(Set<Anomaly> kinds, boolean flowing, List<Event> earlier);

  /// What a number is, or null.
  static @Nullable Anomaly kind(double magnitude, Set<Anomaly> kinds) {
    if (Double.isNaN(magnitude)) {
      return kinds.contains(Anomaly.NAN) ? Anomaly.NAN : null;
    }
    boolean infinite = Double.isInfinite(magnitude) && kinds.contains(Anomaly.INFINITY);
    return infinite ? Anomaly.INFINITY : null;
  }

  /// The greatest, NaN if one is.
  static double most(double start, List<Mark> marks) {
    double most = start;
    for (Mark m : marks) {
      most = Math.max(most, m.value);
    }
    return most;
  }

  /// The first result that is NaN though nothing given was, or infinite though all given was finite;
  /// -1 for none.
  static int made(double given, List<Mark> results, Set<Anomaly> kinds) {
    for (int i = 0; i < results.size(); i++) {
      Anomaly k = kind(results.get(i).value, kinds);
      boolean before = k == Anomaly.NAN ? Double.isNaN(given) : !Double.isFinite(given);
      if (k != null && !before) {
        return i;
      }
    }
    return -1;
  }

  private static String returned(String name, double value, int index) {
    String what = Double.isNaN(value) ? "nan" : "inf";
    return "Function '" + name + "' returned " + what + " values in its " + index + "th output.";
  }

  /// An operation of the forward pass.
  ///
  /// @param number the greatest magnitude of the numbers it took
  record Operation(
      String name, @Nullable Trace trace, double number, List<Mark> given, List<Mark> results)
      implements Event {
    @Override
    public @Nullable GraphException failure(
        Set<Anomaly> kinds, boolean flowing, List<Event> earlier) {
      double most = most(number, given);
      int index = made(most, results, kinds);
      if (index < 0) {
        return null;
      }
      String inputs = Double.isFinite(most) ? " Its inputs were finite." : " No input was nan.";
      GraphException e =
          new GraphException(
              returned(name, results.get(index).value, index)
                  + inputs
                  + " It was called in the forward pass, at "
                  + trace
                  + ".");
      if (trace != null) {
        e.initCause(trace.asCause(name));
      }
      return e;
    }
  }

  /// A node of the backward pass.
  record Formula(Node node, List<Mark> given, List<Mark> results) implements Event {

    /// Whether it returned what is looked for.
    boolean passesOn(Set<Anomaly> kinds) {
      return kind(most(0, results), kinds) != null;
    }

    @Override
    public @Nullable GraphException failure(
        Set<Anomaly> kinds, boolean flowing, List<Event> earlier) {
      double most = most(0, given);
      int index = made(most, results, kinds);
      if (index >= 0) {
        return failure(returned(node.name(), results.get(index).value, index) + hint(earlier));
      }
      Anomaly received = flowing ? null : kind(most, kinds);
      if (received == null) {
        return null;
      }
      return failure(
          "Function '"
              + node.name()
              + "' was given "
              + (received == Anomaly.NAN ? "nan" : "inf")
              + " values. No formula returned any: they are in the gradient given to backward(), or"
              + " a hook or the sum of several gradients made them.");
    }

    /// The usual way to get 0 times infinity.
    private String hint(List<Event> earlier) {
      for (Event e : earlier) {
        if (e instanceof Formula f && f.selects() && f.leadsTo(node)) {
          return " Its gradient comes from "
              + f.node.name()
              + ": elements that were not selected have gradient 0, and 0 times an infinite"
              + " derivative is nan. Select a harmless input too, as in where(c, where(c, x,"
              + " 1).sqrt(), 0).";
        }
      }
      return "";
    }

    private boolean selects() {
      return node.name().startsWith("Where") || node.name().startsWith("MaskedFill");
    }

    private boolean leadsTo(Node target) {
      return node.nextFunctions().stream()
          .anyMatch(edge -> edge.function() instanceof Node n && n.equals(target));
    }

    private GraphException failure(String what) {
      Trace trace = node.trace();
      if (trace == null) {
        return new GraphException(
            what
                + " No forward pass information available. Enable detect anomaly during forward"
                + " pass for more information.");
      }
      GraphException e = new GraphException(what + Tracing.recorded(trace));
      e.initCause(trace.asCause(node.name()));
      return e;
    }
  }
}
