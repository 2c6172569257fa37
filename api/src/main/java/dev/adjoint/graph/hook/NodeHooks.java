package dev.adjoint.graph.hook;

import dev.adjoint.HookHandle;
import dev.adjoint.Tensor;
import dev.adjoint.graph.EagerTensor;
import dev.adjoint.graph.HandleScope;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// The hooks of one node, in the order in which they were asked for. At a node that runs, those of
/// gradients come first, then retained gradients, those before the formula, those of a leaf that has
/// collected, and those after the formula.
public final class NodeHooks {

  /// Sees the gradient of one result; what it returns, unless null, takes its place.
  interface GradientHook {
    @Nullable Tensor apply(Passing pass, @Nullable Tensor gradient);
  }

  private sealed interface Hook {}

  private record OnGradient(int slot, boolean evenOfNone, GradientHook function) implements Hook {}

  private record Retained(int slot, EagerTensor tensor) implements Hook {}

  private record Before(UnaryOperator<@Nullable List<@Nullable Tensor>> function) implements Hook {}

  private record After(BinaryOperator<@Nullable List<@Nullable Tensor>> function) implements Hook {}

  private record Accumulated(Consumer<Tensor> function) implements Hook {}

  // One list for all kinds, since most nodes that have hooks have one.
  private final List<Hook> hooks = new CopyOnWriteArrayList<>();

  // The same function may be asked for twice: each handle takes its own away.
  @SuppressWarnings("ReferenceEquality")
  private HookHandle add(Hook hook) {
    hooks.add(hook);
    return () -> hooks.removeIf(h -> h == hook);
  }

  /// See [Tensor#registerHook].
  public HookHandle onGradient(int slot, UnaryOperator<@Nullable Tensor> function) {
    return add(new OnGradient(slot, false, (_, g) -> function.apply(g)));
  }

  /// A hook that is also told when a pass brings its result no gradient.
  HookHandle onArrival(int slot, GradientHook function) {
    return add(new OnGradient(slot, true, function));
  }

  /// See [dev.adjoint.GradFn#registerPrehook].
  public HookHandle before(UnaryOperator<@Nullable List<@Nullable Tensor>> function) {
    return add(new Before(function));
  }

  /// See [dev.adjoint.GradFn#registerHook].
  public HookHandle after(BinaryOperator<@Nullable List<@Nullable Tensor>> function) {
    return add(new After(function));
  }

  /// See [Tensor#registerPostAccumulateGradHook].
  public HookHandle accumulated(Consumer<Tensor> function) {
    return add(new Accumulated(function));
  }

  /// Has a tensor collect the gradient of a result.
  public void retain(int slot, EagerTensor tensor) {
    hooks.add(new Retained(slot, tensor));
  }

  /// Whether a tensor collects its gradient here.
  public boolean retains(EagerTensor tensor) {
    return hooks.stream().anyMatch(h -> h instanceof Retained r && r.tensor == tensor);
  }

  /// Moves a tensor's claim to its gradient away, since an in-place operation gave it another node.
  public void forget(EagerTensor tensor) {
    hooks.removeIf(h -> h instanceof Retained r && r.tensor == tensor);
  }

  /// Whether some hook may look at `.grad` as soon as the leaf has collected.
  public boolean watchesLeaf() {
    for (Hook h : hooks) {
      if (h instanceof After || h instanceof Accumulated) {
        return true;
      }
    }
    return false;
  }

  /// Runs the hooks of each result's gradient; each sees what the one before returned.
  ///
  /// @param gradients owned by the pass; replaced where a hook returned another
  public void runOnGradients(Passing pass, @Nullable EagerTensor[] gradients) {
    for (int i = 0; i < gradients.length; i++) {
      for (Hook h : hooks) {
        EagerTensor g = gradients[i];
        if (h instanceof OnGradient on && on.slot == i && (g != null || on.evenOfNone)) {
          replace(gradients, i, HandleScope.outside(() -> on.function.apply(pass, handle(g))));
        }
      }
      EagerTensor g = gradients[i];
      for (Hook h : hooks) {
        if (h instanceof Retained r && r.slot == i && g != null) {
          pass.retain(r.tensor, g);
        }
      }
    }
  }

  /// Runs the hooks before the formula.
  ///
  /// @param gradients owned by the pass; replaced where a hook returned another
  public void runBefore(@Nullable EagerTensor[] gradients) {
    for (Hook h : hooks) {
      if (h instanceof Before before) {
        List<@Nullable Tensor> given = handles(gradients);
        replace(gradients, HandleScope.outside(() -> before.function.apply(given)));
      }
    }
  }

  /// Runs the hooks of a leaf that has just collected.
  public void runAccumulated(EagerTensor leaf) {
    for (Hook h : hooks) {
      if (h instanceof Accumulated a) {
        HandleScope.outside(() -> {
          a.function.accept(leaf);
          return Boolean.TRUE;
        });
      }
    }
  }

  /// Runs the hooks after the formula.
  ///
  /// @param results owned by the pass; replaced where a hook returned another
  /// @param gradients what the formula was given
  public void runAfter(@Nullable EagerTensor[] results, @Nullable EagerTensor[] gradients) {
    for (Hook h : hooks) {
      if (h instanceof After after) {
        List<@Nullable Tensor> made = handles(results);
        List<@Nullable Tensor> given = handles(gradients);
        replace(results, HandleScope.outside(() -> after.function.apply(made, given)));
      }
    }
  }

  /// Handles for the user, who may keep them.
  private static List<@Nullable Tensor> handles(@Nullable EagerTensor[] tensors) {
    return HandleScope.outside(() -> {
      List<@Nullable Tensor> out = new ArrayList<>();
      for (EagerTensor t : tensors) {
        out.add(handle(t));
      }
      return Collections.<@Nullable Tensor>unmodifiableList(out);
    });
  }

  private static @Nullable EagerTensor handle(@Nullable EagerTensor t) {
    return t == null ? null : t.sibling();
  }

  private static void replace(
      @Nullable EagerTensor[] before, @Nullable List<@Nullable Tensor> after) {
    if (after == null) {
      return;
    }
    Replacement.requireCount(before.length, after.size());
    for (int i = 0; i < before.length; i++) {
      Replacement.require(before[i], after.get(i));
    }
    for (int i = 0; i < before.length; i++) {
      put(before, i, (EagerTensor) after.get(i));
    }
  }

  private static void replace(@Nullable EagerTensor[] all, int i, @Nullable Tensor after) {
    if (after != null) {
      Replacement.require(all[i], after);
      put(all, i, (EagerTensor) after);
    }
  }

  private static void put(@Nullable EagerTensor[] all, int i, @Nullable EagerTensor after) {
    EagerTensor before = all[i];
    EagerTensor own = after == null ? null : after.sibling();
    if (own != null) {
      HandleScope.free(own);
    }
    all[i] = own;
    if (before != null) {
      before.close();
    }
  }
}
