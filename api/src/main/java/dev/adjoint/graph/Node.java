package dev.adjoint.graph;

import static java.util.Objects.requireNonNull;

import dev.adjoint.GradFn;
import dev.adjoint.HookHandle;
import dev.adjoint.Tensor;
import dev.adjoint.autograd.SavedTensor;
import dev.adjoint.graph.hook.NodeHooks;
import dev.adjoint.graph.trace.Freed;
import dev.adjoint.graph.trace.Trace;
import dev.adjoint.graph.trace.Tracing;
import dev.adjoint.memory.Storage;
import dev.adjoint.type.GraphException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Carries gradients from an operation's results back to its inputs. It holds the nodes before it,
/// never the tensors it was made from, but for what its operation saved.
public abstract non-sealed class Node implements GradFn {

  /// Where one input's gradient goes: a slot of the node that made the input.
  ///
  /// @param node null when the input needs no gradient
  /// @param slot which result of that node's operation the input was
  public record Slot(@Nullable Node node, int slot) {
    static final Slot NONE = new Slot(null, 0);

    /// The node, which must be there.
    public Node made() {
      return requireNonNull(node);
    }
  }

  /// What a node yields that passes no gradient on.
  static final @Nullable EagerTensor[] NO_GRADIENTS = {};

  private static final @Nullable SavedVariable[] NOTHING_SAVED = {};

  private static final @Nullable Metadata[] UNKNOWN = {};
  private static final AtomicLong SEQUENCE = new AtomicLong();

  /// Accumulators run as soon as they are ready, so that gradients in flight are freed early.
  static final long FIRST = Long.MAX_VALUE;

  final long sequence;
  final Slot[] next;

  /// The longest way from here to a leaf; greater than that of any node before it.
  final int depth;

  final int outputs;
  @Nullable NodeHooks hooks;
  private @Nullable Metadata first;
  private @Nullable Metadata[] others = UNKNOWN;

  final @Nullable Trace trace = Tracing.here();

  /// Who gave back what this had saved; null while it is there, and when there was nothing.
  @Nullable Freed freed;

  Node(long sequence, Slot[] next, int outputs) {
    this.sequence = sequence;
    this.next = next;
    this.outputs = outputs;
    int deepest = -1;
    for (Slot s : next) {
      deepest = s.node == null ? deepest : Math.max(deepest, s.node.depth);
    }
    this.depth = deepest + 1;
  }

  /// Where the gradients of inputs go.
  static Slot[] slots(EagerTensor[] inputs) {
    Slot[] slots = new Slot[inputs.length];
    for (int i = 0; i < slots.length; i++) {
      slots[i] = inputs[i].gradientSlot();
    }
    return slots;
  }

  static long newest() {
    return SEQUENCE.get();
  }

  static long nextSequence() {
    return SEQUENCE.getAndIncrement();
  }

  /// How messages name the operation: `Mul` for MulBackward0, `Sum1` for SumBackward1.
  static String label(String node) {
    return node.replaceFirst("Backward0?", "");
  }

  /// The inputs' gradients, summed to the inputs' shapes; null for none. The caller owns the results'
  /// handles, and still owns the arguments.
  abstract @Nullable EagerTensor[] apply(@Nullable EagerTensor[] gradients);

  /// As [#apply], in a pass that asks for some inputs' gradients only.
  @Nullable EagerTensor[] applyFor(BitSet wanted, @Nullable EagerTensor[] gradients) {
    @Nullable EagerTensor[] results = apply(gradients);
    for (int i = 0; i < results.length; i++) {
      EagerTensor r = results[i];
      if (r != null && !wanted.get(i)) {
        results[i] = null;
        r.close();
      }
    }
    return results;
  }

  /// Gives saved tensors back; applying again is then an error if there were any.
  ///
  /// @param by who does, for the error
  void release(Freed by) {}

  /// Who gave back what this had saved; null while it is there, and when there was nothing.
  public @Nullable Freed freed() {
    return freed;
  }

  /// Throws when what this had saved was given back.
  final void requireSaved() {
    if (freed != null) {
      throw secondTime();
    }
  }

  /// Memory that a node keeps for its formula.
  ///
  /// @param ofLeaf whether it belongs to a leaf
  public record Kept(Storage storage, boolean ofLeaf) {}

  /// What this saved and has not given back, null where it saved nothing.
  @Nullable SavedVariable[] saved() {
    return NOTHING_SAVED;
  }

  /// The memory that this saved and has not given back; null where only a hook knows.
  public List<@Nullable Kept> kept() {
    List<@Nullable Kept> kept = new ArrayList<>();
    for (SavedVariable s : saved()) {
      if (s != null) {
        kept.add(s.kept());
      }
    }
    return kept;
  }

  @Override
  public SequencedMap<String, SavedTensor> savedTensors() {
    return Collections.emptyNavigableMap();
  }

  /// What is wrong when this runs though its saved tensors were given back.
  final GraphException secondTime() {
    return new GraphException(
        "Trying to backward through the graph a second time (or directly access saved tensors after"
            + " they have already been freed). Saved intermediate values of the graph are freed"
            + " when you call .backward() or autograd.grad(). Specify retain_graph=True if you need"
            + " to backward through the graph a second time or if you need to access saved tensors"
            + " after calling backward. In Adjoint: backward(GradOption.RETAIN_GRAPH). The node is "
            + name()
            + "."
            + (freed == null ? "" : " " + freed)
            + " If it belongs to an earlier iteration, detach() what you carry over."
            + Tracing.recorded(trace));
  }

  /// Grows from each recorded operation to the next.
  public long sequence() {
    return sequence;
  }

  /// Its hooks, made when the first is asked for.
  public synchronized NodeHooks hooks() {
    NodeHooks h = hooks;
    if (h == null) {
      h = new NodeHooks();
      hooks = h;
    }
    return h;
  }

  @Override
  public HookHandle registerPrehook(UnaryOperator<@Nullable List<@Nullable Tensor>> hook) {
    return hooks().before(hook);
  }

  @Override
  public HookHandle registerHook(BinaryOperator<@Nullable List<@Nullable Tensor>> hook) {
    return hooks().after(hook);
  }

  /// Learns what one of its results looks like from the tensor that it is.
  final void describe(int slot, EagerTensor result) {
    if (slot == 0) {
      first = first == null ? Metadata.of(result) : first;
      return;
    }
    if (others.length == 0) {
      others = new Metadata[outputs];
    }
    others[slot] = others[slot] == null ? Metadata.of(result) : others[slot];
  }

  @Override
  public Metadata metadata(int outputNr) {
    Objects.checkIndex(outputNr, outputs);
    Metadata m = outputNr == 0 ? first : others.length == 0 ? null : others[outputNr];
    if (m == null) {
      throw new GraphException(
          name() + ": its result " + outputNr + " is not differentiable, so it has no gradient");
    }
    return m;
  }

  /// The longest way from here to a leaf.
  public int depth() {
    return depth;
  }

  /// The call that recorded this, null when it was not traced.
  public @Nullable Trace trace() {
    return trace;
  }

  @Override
  public List<Edge> nextFunctions() {
    List<Edge> edges = new ArrayList<>(next.length);
    for (Slot s : next) {
      edges.add(new Edge(s.node, s.slot));
    }
    return List.copyOf(edges);
  }

  @Override
  public final int hashCode() {
    return Long.hashCode(sequence == FIRST ? System.identityHashCode(this) : sequence);
  }

  @Override
  public final boolean equals(Object other) {
    return this == other;
  }

  /// `<AddBackward0 object at 0x1f>`
  @Override
  public String toString() {
    return "<"
        + name()
        + " object at 0x"
        + Integer.toHexString(System.identityHashCode(this))
        + ">";
  }
}
