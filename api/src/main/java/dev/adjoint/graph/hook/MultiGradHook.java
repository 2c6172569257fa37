package dev.adjoint.graph.hook;

import dev.adjoint.HookHandle;
import dev.adjoint.Tensor;
import dev.adjoint.graph.EagerTensor;
import dev.adjoint.graph.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One hook for the gradients of several tensors, which runs once per pass.
public final class MultiGradHook {

  /// How far a pass is.
  private static final class Progress {
    final @Nullable Tensor[] gradients;
    int awaited;

    Progress(int tensors, int awaited) {
      this.gradients = new Tensor[tensors];
      this.awaited = awaited;
    }
  }

  private final List<Node> nodes = new ArrayList<>();
  private final List<HookHandle> handles = new ArrayList<>();

  private MultiGradHook() {}

  /// See [dev.adjoint.Autograd#registerMultiGradHook].
  public static HookHandle all(
      List<? extends Tensor> tensors, Consumer<List<@Nullable Tensor>> function) {
    MultiGradHook hook = new MultiGradHook();
    return hook.register(
        tensors,
        (pass, i, g) -> {
          Progress p = hook.progress(pass);
          p.gradients[i] = g;
          if (--p.awaited == 0) {
            function.accept(Collections.unmodifiableList(Arrays.asList(p.gradients)));
          }
        });
  }

  /// See [dev.adjoint.Autograd#registerMultiGradHookAny].
  public static HookHandle any(List<? extends Tensor> tensors, Consumer<Tensor> function) {
    MultiGradHook hook = new MultiGradHook();
    return hook.register(
        tensors,
        (pass, i, g) -> {
          Progress p = hook.progress(pass);
          if (g != null && p.awaited > 0) {
            p.awaited = 0;
            function.accept(g);
          }
        });
  }

  private interface Arrival {
    void accept(Passing pass, int tensor, @Nullable Tensor gradient);
  }

  private HookHandle register(List<? extends Tensor> tensors, Arrival arrival) {
    List<Node.Slot> slots = tensors.stream().map(t -> ((EagerTensor) t).hookedSlot()).toList();
    for (int i = 0; i < slots.size(); i++) {
      int tensor = i;
      Node node = slots.get(i).made();
      nodes.add(node);
      handles.add(
          node.hooks()
              .onArrival(
                  slots.get(i).slot(),
                  (pass, g) -> {
                    arrival.accept(pass, tensor, g);
                    return null;
                  }));
    }
    return () -> handles.forEach(HookHandle::close);
  }

  /// Of the tensors that this pass does not reach nothing is awaited.
  private Progress progress(Passing pass) {
    return pass.remembered(
        this,
        Progress.class,
        () -> new Progress(nodes.size(), (int) nodes.stream().filter(pass::reaches).count()));
  }
}
