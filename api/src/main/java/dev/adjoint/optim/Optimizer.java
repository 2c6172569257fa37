package dev.adjoint.optim;

import static dev.adjoint.Tensors.noGrad;

import dev.adjoint.Scope;
import dev.adjoint.Tensor;
import dev.adjoint.graph.EagerTensor;
import dev.adjoint.graph.HandleScope;
import dev.adjoint.graph.InPlace;
import dev.adjoint.graph.Placement;
import dev.adjoint.memory.Recording;
import dev.adjoint.memory.Window;
import dev.adjoint.type.GraphException;
import dev.adjoint.type.TensorException;
import java.util.HashSet;
import java.util.List;
import java.util.function.Supplier;

/// Changes parameters in place by their gradients, outside the graph.
public abstract class Optimizer {
  private final List<Tensor> parameters;
  private double learningRate;

  /// @throws GraphException when a parameter was computed, and so is not the one to change
  protected Optimizer(List<? extends Tensor> parameters, double learningRate) {
    if (parameters.isEmpty()) {
      throw new IllegalArgumentException(
          "optimizer got an empty parameter list. A Block has those parameters that it was given with"
              + " parameter(name, tensor), and those of layers given with child(name, layer).");
    }
    if (new HashSet<>(parameters).size() < parameters.size()) {
      throw new IllegalArgumentException(
          "some parameters appear in more than one place of the list");
    }
    for (Tensor p : parameters) {
      if (!p.isLeaf()) {
        throw new GraphException(
            "can't optimize a non-leaf Tensor. This one was made by "
                + p.gradFn()
                + ": call requiresGrad_() on the result of the last step that makes it, after"
                + " detach_().");
      }
    }
    this.parameters = List.copyOf(parameters);
    setLearningRate(learningRate);
  }

  public final List<Tensor> parameters() {
    return parameters;
  }

  public final double learningRate() {
    return learningRate;
  }

  /// Holds from the next step on.
  public final void setLearningRate(double rate) {
    learningRate = requireNotNegative("learning rate", rate);
  }

  /// Moves every parameter that has a gradient, one after the other. If one cannot be moved, for want of
  /// memory, say, what is suppressed in the exception says how many were.
  public final void step() {
    noGrad(this::moveAll);
  }

  private void moveAll() {
    for (int i = 0; i < parameters.size(); i++) {
      EagerTensor p = (EagerTensor) parameters.get(i);
      Tensor gradient = p.gradUnseen();
      if (gradient != null) {
        try (Scope _ = Scope.open()) {
          update(i, p, gradient);
        } catch (TensorException e) {
          e.addSuppressed(
              new IllegalStateException(
                  "step: stopped at parameter "
                      + i
                      + (i == 0 ? "; nothing was moved." : "; those before it were moved.")));
          throw e;
        }
      }
    }
  }

  /// Clears every `.grad`. A gradient that nobody ever asked for gives its memory back now.
  public final void zeroGrad() {
    for (Tensor p : parameters) {
      ((EagerTensor) p).clearGrad();
    }
  }

  /// Moves one parameter. Grad mode is off, and what is made here is closed afterwards unless it was
  /// passed to [#state].
  protected abstract void update(int index, Tensor parameter, Tensor gradient);

  /// Keeps a tensor for as long as the optimiser lives: no scope closes it.
  ///
  /// @throws GraphException in a step that is captured, whose replays would all begin it anew
  protected static Tensor state(Tensor t) {
    Recording.refuse(() ->
        "step: an optimiser's state of shape "
            + t.shape()
            + " begins in a captured step, and each replay would begin it anew. Run the step once"
            + " before the capture.");
    HandleScope.free((EagerTensor) t);
    return t;
  }

  /// Moves kept tensors to the device that a parameter has moved to.
  protected static void follow(Tensor parameter, Tensor... states) {
    for (Tensor state : states) {
      Placement.move(state, parameter.device());
    }
  }

  /// Overwrites tensors of one shape, in one launch, with values that are computed elementwise from
  /// them and from other tensors of that shape.
  ///
  /// @param writer named in messages about these writes
  protected static void assign(String writer, List<Tensor> targets, Supplier<List<Tensor>> values) {
    try (Window _ = Window.open()) {
      List<Tensor> results;
      try (HandleScope scope = HandleScope.open()) {
        results = values.get();
        results.forEach(t -> scope.pass((EagerTensor) t));
      }
      InPlace.assign(writer, targets, results);
    }
  }

  static double requireNotNegative(String what, double value) {
    if (!(value >= 0)) {
      throw new IllegalArgumentException("Invalid " + what + ": " + value);
    }
    return value;
  }
}
