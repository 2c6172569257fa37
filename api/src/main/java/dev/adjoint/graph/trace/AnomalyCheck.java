package dev.adjoint.graph.trace;

import dev.adjoint.Anomaly;
import dev.adjoint.Tensor;
import dev.adjoint.graph.Node;
import dev.adjoint.graph.trace.Magnitudes.Mark;
import dev.adjoint.type.GraphException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Anomaly mode: watches what operations and formulas return, and names the first that made a NaN or an
/// infinity out of values without one.
///
/// Nothing is read from the device while it watches: a backward ends with one read for all of it and for
/// the operations before it.
public final class AnomalyCheck {

  private static final System.Logger LOG = System.getLogger("dev.adjoint");
  private static final ScopedValue<AnomalyCheck> ACTIVE = ScopedValue.newInstance();
  private static final AnomalyCheck OFF = new AnomalyCheck(Set.of());

  /// Open scopes of all threads, as in [Tracing].
  private static int open;

  private static boolean warned;

  private final Set<Anomaly> kinds;
  private final Magnitudes magnitudes = new Magnitudes();
  private final List<Event> events = new ArrayList<>();

  private AnomalyCheck(Set<Anomaly> kinds) {
    this.kinds = kinds;
  }

  /// Runs with anomaly mode on.
  public static <T extends @Nullable Object> T with(Set<Anomaly> kinds, Supplier<T> body) {
    AnomalyCheck check = new AnomalyCheck(kinds);
    count(1);
    try {
      T result = Tracing.with(() -> ScopedValue.where(ACTIVE, check).call(body::get));
      check.conclude();
      return result;
    } finally {
      count(-1);
      check.magnitudes.close();
    }
  }

  private static synchronized void count(int change) {
    open += change;
    if (!warned) {
      warned = true;
      LOG.log(
          System.Logger.Level.WARNING,
          "Anomaly Detection has been enabled. This mode will increase the runtime and should only"
              + " be enabled for debugging.");
    }
  }

  /// What watches this thread, or null.
  public static @Nullable AnomalyCheck active() {
    if (open == 0 || !ACTIVE.isBound()) {
      return null;
    }
    AnomalyCheck check = ACTIVE.get();
    return check == OFF ? null : check;
  }

  /// Runs what belongs to one operation and is not watched piece by piece.
  public static <T extends @Nullable Object> T unwatched(Supplier<T> body) {
    return ScopedValue.where(ACTIVE, OFF).call(body::get);
  }

  /// An operation on its way; null when nobody watches.
  public static @Nullable Call call(Tensor[] inputs) {
    AnomalyCheck check = open == 0 ? null : active();
    return check == null ? null : check.new Call(inputs);
  }

  /// An operation between its call and its results.
  public final class Call {
    private final List<Mark> given;

    private Call(Tensor[] inputs) {
      this.given = marks(inputs);
    }

    /// Ends the call.
    ///
    /// @param parameters numbers that the operation took, null for none
    public void returned(String name, Number @Nullable [] parameters, Tensor... results) {
      double most = 0;
      if (parameters != null) {
        for (Number p : parameters) {
          most = Math.max(most, Math.abs(p.doubleValue()));
        }
      }
      add(new Event.Operation(name, Tracing.here(), most, given, marks(results)));
    }
  }

  /// Runs a node's formula and watches what goes in and what comes out.
  public <R extends @Nullable Tensor> R[] formula(
      Node node, @Nullable Tensor[] gradients, Supplier<R[]> formula) {
    List<Mark> given = marks(gradients);
    R[] results = unwatched(formula);
    add(new Event.Formula(node, given, marks(results)));
    return results;
  }

  private synchronized List<Mark> marks(@Nullable Tensor[] tensors) {
    return unwatched(() -> magnitudes.of(tensors));
  }

  private synchronized void add(Event event) {
    events.add(event);
  }

  /// Reads what was watched so far.
  ///
  /// @throws GraphException when an operation or a formula made what is looked for
  public synchronized void conclude() {
    List<Event> watched = List.copyOf(events);
    events.clear();
    unwatched(() -> {
      magnitudes.read();
      return Boolean.TRUE;
    });
    boolean flowing = false;
    for (int i = 0; i < watched.size(); i++) {
      GraphException found = watched.get(i).failure(kinds, flowing, watched.subList(0, i));
      if (found != null) {
        throw found;
      }
      flowing |= watched.get(i) instanceof Event.Formula f && f.passesOn(kinds);
    }
  }
}
