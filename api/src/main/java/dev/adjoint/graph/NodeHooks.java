package dev.adjoint.graph;

import dev.adjoint.HookHandle;
import dev.adjoint.Tensor;
import dev.adjoint.type.DeviceException;
import dev.adjoint.type.GraphException;
import dev.adjoint.type.ShapeException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// What is to be done with the gradient of one of a node's results before the node runs.
final class NodeHooks {
  private static final class Hook {
    final int slot;
    final UnaryOperator<@Nullable Tensor> function;

    Hook(int slot, UnaryOperator<@Nullable Tensor> function) {
      this.slot = slot;
      this.function = function;
    }
  }

  private record Retained(int slot, EagerTensor tensor) {}

  private final List<Hook> hooks = new CopyOnWriteArrayList<>();
  private final List<Retained> retained = new CopyOnWriteArrayList<>();

  HookHandle add(int slot, UnaryOperator<@Nullable Tensor> function) {
    Hook hook = new Hook(slot, function);
    hooks.add(hook);
    return () -> hooks.removeIf(h -> h == hook);
  }

  void retain(int slot, EagerTensor tensor) {
    retained.add(new Retained(slot, tensor));
  }

  /// Moves a tensor's claim to its gradient away, since an in-place operation gave it another node.
  void forget(EagerTensor tensor) {
    retained.removeIf(r -> r.tensor == tensor);
  }

  /// Runs the hooks of a slot in order of registration; each sees what the one before returned.
  EagerTensor run(int slot, EagerTensor gradient) {
    EagerTensor g = gradient;
    for (Hook h : hooks) {
      if (h.slot == slot) {
        EagerTensor before = g;
        g = HandleScope.outside(() -> call(h, before));
      }
    }
    return g;
  }

  /// The hook gets a handle of its own, which stays open when it keeps it.
  private static EagerTensor call(Hook hook, EagerTensor g) {
    EagerTensor given = g.sibling();
    Tensor changed = hook.function.apply(given);
    return changed == null || changed == given ? g : checked((EagerTensor) changed, g);
  }

  private static EagerTensor checked(EagerTensor changed, EagerTensor g) {
    if (!changed.shape().equals(g.shape())) {
      throw new ShapeException(
          "hook has changed the size of value: it got "
              + g.shape()
              + ", returned "
              + changed.shape());
    }
    if (changed.dtype() != g.dtype()) {
      throw new GraphException(
          "hook has changed the type of value (was "
              + g.dtype().tensorType()
              + " got "
              + changed.dtype().tensorType()
              + ")");
    }
    if (!changed.device().equals(g.device())) {
      throw new DeviceException(
          "hook has changed the device of value (was "
              + g.device()
              + " got "
              + changed.device()
              + ")");
    }
    return changed;
  }

  /// Adds a gradient to the `.grad` of the tensors that asked to keep it.
  void capture(int slot, EagerTensor gradient) {
    for (Retained r : retained) {
      if (r.slot == slot) {
        AccumulateGrad.add(r.tensor, gradient, false);
      }
    }
  }
}
