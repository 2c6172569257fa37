package dev.adjoint.graph;

import dev.adjoint.GradFn.Metadata;
import dev.adjoint.GradOption;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.autograd.Differentiable;
import dev.adjoint.autograd.GradientEdge;
import dev.adjoint.graph.mode.GradMode;
import dev.adjoint.graph.mode.Reentry;
import dev.adjoint.graph.mode.StrictZeros;
import dev.adjoint.type.GraphException;
import dev.adjoint.type.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Checks what a backward is asked for, gives scalar roots their gradient of 1, and starts the walk.
public final class Gradients {
  private static final @Nullable EagerTensor[] NONE = {};

  private Gradients() {}

  /// See [dev.adjoint.Autograd#backward].
  ///
  /// @param inputs null for all leaves
  public static void backward(
      List<? extends Differentiable> roots,
      @Nullable List<? extends @Nullable Tensor> gradients,
      @Nullable List<? extends Differentiable> inputs,
      GradOption... options) {
    if (inputs != null && inputs.isEmpty()) {
      throw new GraphException("`inputs` argument to `backward()` cannot be empty.");
    }
    walk(
        options,
        () -> {
          List<EagerTensor> start = rootGradients(roots, gradients);
          List<Node.Slot> targets = inputs == null ? null : collecting(inputs);
          new BackwardPass(slots(roots), retains(options)).accumulate(start, targets);
          return NONE;
        });
  }

  /// See [dev.adjoint.Autograd#grad].
  public static List<@Nullable Tensor> grad(
      List<? extends Differentiable> outputs,
      List<? extends Differentiable> inputs,
      @Nullable List<? extends @Nullable Tensor> gradients,
      GradOption... options) {
    if (inputs.isEmpty()) {
      throw new GraphException("`inputs` argument to `grad()` cannot be empty.");
    }
    if (has(options, GradOption.MATERIALIZE_GRADS)
        && inputs.stream().anyMatch(GradientEdge.class::isInstance)) {
      throw new GraphException(
          "materialize_grads cannot be used when the given input is a GradientEdge");
    }
    @Nullable EagerTensor[] results =
        walk(
            options,
            () -> {
              List<EagerTensor> start = rootGradients(outputs, gradients);
              List<Node.Slot> targets = targets(inputs);
              return new BackwardPass(slots(outputs), retains(options)).capture(start, targets);
            });
    return collect(results, inputs, options);
  }

  private static boolean retains(GradOption[] options) {
    return has(options, GradOption.CREATE_GRAPH) || has(options, GradOption.RETAIN_GRAPH);
  }

  private static List<Node.Slot> targets(List<? extends Differentiable> inputs) {
    for (int i = 0; i < inputs.size(); i++) {
      if (inputs.get(i) instanceof Tensor t && !t.requiresGrad()) {
        throw new GraphException(
            "One of the differentiated Tensors does not require grad: the input at index "
                + i
                + ". Call requiresGrad_() on it before the computation.");
      }
    }
    return slots(inputs);
  }

  /// The places of inputs that are to have a `.grad`, as in PyTorch also from then on.
  private static List<Node.Slot> collecting(List<? extends Differentiable> inputs) {
    for (int i = 0; i < inputs.size(); i++) {
      if (inputs.get(i) instanceof Tensor t && !t.requiresGrad()) {
        throw new GraphException(
            "can't retain_grad on Tensor that has requires_grad=False: the input at index "
                + i
                + " of backward cannot collect a gradient. Call requiresGrad_() on it before the computation.");
      }
    }
    for (Differentiable d : inputs) {
      if (d instanceof Tensor t) {
        t.retainGrad();
      }
    }
    return slots(inputs);
  }

  private static @Nullable EagerTensor[] walk(
      GradOption[] options, Supplier<@Nullable EagerTensor[]> pass) {
    return Reentry.call(() ->
        StrictZeros.with(
            has(options, GradOption.STRICT_ZEROS),
            () ->
                GradMode.exactly(
                    has(options, GradOption.CREATE_GRAPH),
                    () -> {
                      try (HandleScope _ = HandleScope.open()) {
                        return pass.get();
                      }
                    })));
  }

  private static List<@Nullable Tensor> collect(
      @Nullable EagerTensor[] results,
      List<? extends Differentiable> inputs,
      GradOption... options) {
    boolean materialize = has(options, GradOption.MATERIALIZE_GRADS);
    List<@Nullable Tensor> out = new ArrayList<>();
    for (int i = 0; i < results.length; i++) {
      EagerTensor g = results[i];
      if (g != null) {
        HandleScope.adopt(g);
        out.add(g);
      } else if (materialize) {
        boolean create = has(options, GradOption.CREATE_GRAPH);
        out.add(Tensors.zerosLike((Tensor) inputs.get(i)).requiresGrad_(create));
      } else if (has(options, GradOption.ALLOW_UNUSED)) {
        out.add(null);
      } else {
        throw new GraphException(
            "The differentiated Tensor at index "
                + i
                + " appears to not have been used in the graph. Set allow_unused=True if this is the"
                + " desired behavior. In Adjoint: GradOption.ALLOW_UNUSED.");
      }
    }
    return out;
  }

  private static boolean has(GradOption[] options, GradOption option) {
    return Arrays.asList(options).contains(option);
  }

  private static List<Node.Slot> slots(List<? extends Differentiable> places) {
    List<Node.Slot> slots = new ArrayList<>(places.size());
    for (Differentiable d : places) {
      slots.add(
          switch (d) {
            case Tensor t -> ((EagerTensor) t).gradientSlot();
            case GradientEdge e -> new Node.Slot((Node) e.function(), e.outputNr());
          });
    }
    return slots;
  }

  private static List<EagerTensor> rootGradients(
      List<? extends Differentiable> roots, @Nullable List<? extends @Nullable Tensor> gradients) {
    if (gradients != null && gradients.size() != roots.size()) {
      throw new GraphException(
          "got " + roots.size() + " tensors and " + gradients.size() + " gradients");
    }
    List<EagerTensor> out = new ArrayList<>(roots.size());
    for (int i = 0; i < roots.size(); i++) {
      Metadata root = root(i, roots.get(i));
      Tensor g = gradients == null ? null : gradients.get(i);
      out.add(g == null ? implicit(root) : checked(i, root, (EagerTensor) g));
    }
    return out;
  }

  private static Metadata root(int index, Differentiable root) {
    if (root instanceof GradientEdge edge) {
      return edge.function().metadata(edge.outputNr());
    }
    Tensor t = (Tensor) root;
    if (!t.requiresGrad()) {
      throw new GraphException(
          "element "
              + index
              + " of tensors does not require grad and does not have a grad_fn. Call requiresGrad_() on"
              + " the inputs before computing it, and compute it outside noGrad.");
    }
    ((EagerTensor) t).storage();
    return Metadata.of(t);
  }

  private static EagerTensor implicit(Metadata root) {
    if (root.shape().elements() != 1) {
      throw new GraphException(
          "grad can be implicitly created only for scalar outputs. This one has shape "
              + root.shape()
              + ": pass backward(gradient), or reduce it with sum() or mean() first.");
    }
    return (EagerTensor) Tensors.ones(root.shape(), root.dtype(), root.device());
  }

  private static EagerTensor checked(int index, Metadata root, EagerTensor g) {
    if (!g.shape().equals(root.shape())) {
      throw new ShapeException(
          "Mismatch in shape: grad_output["
              + index
              + "] has a shape of torch.Size("
              + g.shape()
              + ") and output["
              + index
              + "] has a shape of torch.Size("
              + root.shape()
              + ").");
    }
    EagerTensor here = Placement.atRoot(index, g, root.device());
    return here.dtype() == root.dtype() ? here : (EagerTensor) here.to(root.dtype());
  }
}
