package dev.adjoint.graph;

import static java.util.Objects.requireNonNull;

import dev.adjoint.Tensor;
import dev.adjoint.autograd.SavedTensor;
import dev.adjoint.graph.mode.StrictZeros;
import dev.adjoint.graph.trace.Freed;
import dev.adjoint.graph.trace.GraphGrowth;
import dev.adjoint.memory.Window;
import dev.adjoint.op.Compute;
import dev.adjoint.op.Derivative;
import dev.adjoint.op.Elementwise;
import dev.adjoint.op.Op;
import dev.adjoint.op.Saved;
import dev.adjoint.op.ViewOp;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import dev.adjoint.type.GraphException;
import dev.adjoint.type.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// The node of a recorded operation: applies the operation's derivative to what was saved.
final class OpNode extends Node implements Saved {
  private static final Number[] NO_NUMBERS = {};
  private static final @Nullable SavedVariable[] NOT_SAVED = {};

  // Inputs beyond these are never saved: they are those of a concatenation.
  static final int MAX_SAVED = 8;

  private final Op op;
  private final Shape[] shapes;
  private final DType[] types;
  private final Number[] parameters;
  private final Device @Nullable [] homes;

  /// Formulas about halves compute in float32, and what they return is rounded once.
  private final boolean widens;

  private @Nullable SavedVariable[] saved = NOT_SAVED;

  OpNode(Op op, EagerTensor[] inputs, Number @Nullable [] parameters, int outputs) {
    super(nextSequence(), slots(inputs), outputs);
    this.op = op;
    this.parameters = parameters == null ? NO_NUMBERS : parameters;
    this.homes = Placement.homes(inputs);
    this.shapes = new Shape[inputs.length];
    this.types = new DType[inputs.length];
    boolean half = false;
    for (int i = 0; i < inputs.length; i++) {
      shapes[i] = inputs[i].layout().shape();
      types[i] = inputs[i].dtype();
      half |= types[i].isHalf();
    }
    this.widens =
        half && (op instanceof Elementwise || op instanceof Compute c && !c.takesHalves());
    if (depth >= GraphGrowth.SHORTEST) {
      GraphGrowth.check(this);
    }
  }

  /// Which inputs some gradient is asked for.
  boolean[] needs() {
    boolean[] needs = new boolean[next.length];
    for (int i = 0; i < needs.length; i++) {
      needs[i] = needs(i);
    }
    return needs;
  }

  /// What the derivatives of the inputs that need one read.
  int saves() {
    return switch (op) {
      case Elementwise e -> {
        int all = 0;
        for (int i = 0; i < next.length; i++) {
          Derivative d = needs(i) ? e.derivative(i) : null;
          all |= d == null ? 0 : d.saves();
        }
        yield all;
      }
      case Compute c -> c.saves(needs());
      case ViewOp v -> 0;
    };
  }

  /// Saves what a bit set names; called before the results exist for inputs, after for results. A hook
  /// that throws leaves nothing saved, and no results.
  void save(int bits, EagerTensor[] inputs, EagerTensor[] results) {
    @Nullable SavedVariable[] all = new SavedVariable[shapes.length + results.length];
    saved = all;
    try {
      for (int i = 0; i < Math.min(inputs.length, MAX_SAVED); i++) {
        all[i] = (bits & 1 << i) == 0 ? null : SavedVariable.input(inputs[i]);
      }
      for (int i = 0; i < results.length; i++) {
        boolean wanted = (bits & Derivative.OUTPUT << i) != 0;
        all[shapes.length + i] = wanted ? SavedVariable.output(results[i]) : null;
      }
    } catch (Throwable e) {
      dropSaved();
      for (EagerTensor r : results) {
        r.close();
      }
      throw e;
    }
  }

  /// Saves the result of an in-place operation, as it is after the write.
  void saveResult(EagerTensor result) {
    @Nullable SavedVariable[] all = Arrays.copyOf(saved, shapes.length + 1);
    all[shapes.length] = SavedVariable.output(result);
    saved = all;
  }

  @Override
  public String name() {
    return op.node();
  }

  @Override
  @Nullable EagerTensor[] apply(@Nullable EagerTensor[] gradients) {
    return apply(gradients, this);
  }

  @Override
  @Nullable EagerTensor[] applyFor(BitSet wanted, @Nullable EagerTensor[] gradients) {
    return apply(gradients, new Saved.ForSome(this, wanted));
  }

  private @Nullable EagerTensor[] apply(@Nullable EagerTensor[] gradients, Saved read) {
    requireSaved();
    @Nullable EagerTensor[] results = new EagerTensor[next.length];
    boolean any = false;
    for (EagerTensor g : gradients) {
      any |= g != null;
    }
    if (!any) {
      return results;
    }
    HandleScope scope = HandleScope.current();
    int mark = scope.mark();
    try (Window _ = Window.open()) {
      try {
        differentiate(gradients, results, read);
      } finally {
        // Before the window computes: nobody wants what only the formulas held.
        scope.closeSince(mark);
      }
    }
    return results;
  }

  private void differentiate(
      @Nullable EagerTensor[] gradients, @Nullable EagerTensor[] results, Saved read) {
    if (op instanceof Elementwise e) {
      EagerTensor g = requireNonNull(gradients[0]);
      Tensor wide = widened(g);
      for (int i = 0; i < results.length; i++) {
        Derivative d = read.needs(i) ? e.derivative(i) : null;
        if (d != null) {
          Tensor t = StrictZeros.kept(wide, d.formula().apply(wide, read));
          results[i] = finish(t == wide ? g : t, i, gradients, results);
        }
      }
      return;
    }
    List<@Nullable Tensor> wide = new ArrayList<@Nullable Tensor>(Arrays.asList(gradients));
    if (widens) {
      wide.replaceAll(g -> g == null ? null : widened(g));
    }
    List<? extends @Nullable Tensor> raw =
        op instanceof Compute c
            ? c.backward(wide, read)
            : List.of(((ViewOp) op).backward(wide, shapes[0]));
    for (int i = 0; i < results.length; i++) {
      Tensor t = i < raw.size() && read.needs(i) ? raw.get(i) : null;
      results[i] = t == null ? null : finish(t, i, gradients, results);
    }
  }

  private Tensor widened(Tensor t) {
    return widens ? t.to(t.dtype().arithmetic()) : t;
  }

  /// Sums to the input's shape, converts to its type, brings it to its device, and makes a handle that the scope won't close.
  private EagerTensor finish(
      Tensor t, int input, @Nullable EagerTensor[] gradients, @Nullable EagerTensor[] earlier) {
    EagerTensor r = (EagerTensor) BackwardPass.sumTo(t, shapes[input], name());
    r = (EagerTensor) r.to(types[input]);
    if (homes != null) {
      r = (EagerTensor) r.to(homes[input]);
    }
    boolean shared = false;
    for (EagerTensor g : gradients) {
      shared |= r == g;
    }
    for (EagerTensor g : earlier) {
      shared |= r == g;
    }
    if (shared || r.scope == null) {
      r = r.sibling();
    }
    HandleScope.free(r);
    return r;
  }

  @Override
  void release(Freed by) {
    if (dropSaved()) {
      freed = by;
    }
  }

  /// Forgets what was saved, and says whether there was anything.
  boolean dropSaved() {
    boolean any = false;
    for (SavedVariable s : saved) {
      if (s != null) {
        s.release();
        any = true;
      }
    }
    saved = NOT_SAVED;
    return any;
  }

  @Override
  @Nullable SavedVariable[] saved() {
    return saved;
  }

  @Override
  public SequencedMap<String, SavedTensor> savedTensors() {
    requireSaved();
    SequencedMap<String, SavedTensor> shown = new LinkedHashMap<>();
    for (int i = 0; i < saved.length; i++) {
      SavedVariable s = saved[i];
      if (s != null) {
        shown.put(savedName(i), s.shown(this, Math.max(i - shapes.length, 0)));
      }
    }
    return Collections.unmodifiableSequencedMap(shown);
  }

  private String savedName(int at) {
    int result = at - shapes.length;
    if (result >= 0) {
      return op.result(result, outputs);
    }
    List<String> names = op.operands();
    return at < names.size() ? names.get(at) : "input" + at;
  }

  @Override
  public Tensor input(int index) {
    return unpack(index, index);
  }

  @Override
  public Tensor output(int index) {
    return unpack(shapes.length + index, index);
  }

  private Tensor unpack(int at, int outputNr) {
    SavedVariable s = at < saved.length ? saved[at] : null;
    if (s == null) {
      throw new GraphException(
          name() + ": its formula reads a tensor that it does not declare as saved");
    }
    return widened(s.unpack(this, outputNr));
  }

  @Override
  public Number parameter(int index) {
    return parameters[index];
  }

  @Override
  public Shape shape(int index) {
    return shapes[index];
  }

  @Override
  public DType type(int index) {
    return types[index];
  }

  @Override
  public boolean needs(int index) {
    return next[index].node() != null;
  }
}
