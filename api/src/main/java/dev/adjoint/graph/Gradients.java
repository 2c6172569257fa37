package dev.adjoint.graph;

import dev.adjoint.GradOption;
import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.graph.mode.GradMode;
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
  private Gradients() {}

  /// See [dev.adjoint.Autograd#backward].
  public static void backward(
      List<? extends Tensor> roots,
      @Nullable List<? extends @Nullable Tensor> gradients,
      GradOption... options) {
    boolean create = has(options, GradOption.CREATE_GRAPH);
    boolean retain = create || has(options, GradOption.RETAIN_GRAPH);
    walk(
        create,
        options,
        () -> {
          List<EagerTensor> start = rootGradients(roots, gradients);
          return new BackwardPass(retain, true).run(slots(roots), start, List.of());
        });
  }

  /// See [dev.adjoint.Autograd#grad].
  public static List<@Nullable Tensor> grad(
      List<? extends Tensor> outputs,
      List<? extends Tensor> inputs,
      @Nullable List<? extends @Nullable Tensor> gradients,
      GradOption... options) {
    boolean create = has(options, GradOption.CREATE_GRAPH);
    boolean retain = create || has(options, GradOption.RETAIN_GRAPH);
    if (inputs.isEmpty()) {
      throw new GraphException("`inputs` argument to `grad()` cannot be empty.");
    }
    @Nullable EagerTensor[] results =
        walk(
            create,
            options,
            () -> {
              List<EagerTensor> start = rootGradients(outputs, gradients);
              List<Node.Slot> targets = targets(inputs);
              return new BackwardPass(retain, false).run(slots(outputs), start, targets);
            });
    return collect(results, inputs, options);
  }

  private static List<Node.Slot> targets(List<? extends Tensor> inputs) {
    List<Node.Slot> targets = new ArrayList<>();
    for (Tensor input : inputs) {
      if (!input.requiresGrad()) {
        throw new GraphException(
            "One of the differentiated Tensors does not require grad: the input at index "
                + targets.size()
                + ". Call requiresGrad_() on it before the computation.");
      }
      targets.add(((EagerTensor) input).gradientSlot());
    }
    return targets;
  }

  private static @Nullable EagerTensor[] walk(
      boolean create, GradOption[] options, Supplier<@Nullable EagerTensor[]> pass) {
    return StrictZeros.with(
        has(options, GradOption.STRICT_ZEROS),
        () ->
            GradMode.exactly(
                create,
                () -> {
                  try (HandleScope _ = HandleScope.open()) {
                    return pass.get();
                  }
                }));
  }

  private static List<@Nullable Tensor> collect(
      @Nullable EagerTensor[] results, List<? extends Tensor> inputs, GradOption... options) {
    boolean materialize = has(options, GradOption.MATERIALIZE_GRADS);
    List<@Nullable Tensor> out = new ArrayList<>();
    for (int i = 0; i < results.length; i++) {
      EagerTensor g = results[i];
      if (g != null) {
        HandleScope.adopt(g);
        out.add(g);
      } else if (materialize) {
        boolean create = has(options, GradOption.CREATE_GRAPH);
        out.add(Tensors.zerosLike(inputs.get(i)).requiresGrad_(create));
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

  private static List<Node.Slot> slots(List<? extends Tensor> tensors) {
    List<Node.Slot> slots = new ArrayList<>(tensors.size());
    for (Tensor t : tensors) {
      slots.add(((EagerTensor) t).gradientSlot());
    }
    return slots;
  }

  private static List<EagerTensor> rootGradients(
      List<? extends Tensor> roots, @Nullable List<? extends @Nullable Tensor> gradients) {
    if (gradients != null && gradients.size() != roots.size()) {
      throw new GraphException(
          "got " + roots.size() + " tensors and " + gradients.size() + " gradients");
    }
    List<EagerTensor> out = new ArrayList<>(roots.size());
    for (int i = 0; i < roots.size(); i++) {
      EagerTensor root = (EagerTensor) roots.get(i);
      if (!root.requiresGrad()) {
        throw new GraphException(
            "element "
                + i
                + " of tensors does not require grad and does not have a grad_fn. Call requiresGrad_() on"
                + " the inputs before computing it, and compute it outside noGrad.");
      }
      Tensor g = gradients == null ? null : gradients.get(i);
      out.add(g == null ? implicit(root) : checked(i, root, (EagerTensor) g));
    }
    return out;
  }

  private static EagerTensor implicit(EagerTensor root) {
    if (root.numel() != 1) {
      throw new GraphException(
          "grad can be implicitly created only for scalar outputs. This one has shape "
              + root.shape()
              + ": pass backward(gradient), or reduce it with sum() or mean() first.");
    }
    return (EagerTensor) Tensors.onesLike(root);
  }

  private static EagerTensor checked(int index, EagerTensor root, EagerTensor g) {
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
    EagerTensor here = Placement.atRoot(index, g, root);
    return here.dtype() == root.dtype() ? here : (EagerTensor) here.to(root.dtype());
  }
}
