package dev.adjoint.graph.saved;

import dev.adjoint.Tensor;
import dev.adjoint.graph.EagerTensor;
import dev.adjoint.graph.HandleScope;
import dev.adjoint.type.Device;
import dev.adjoint.type.GraphException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The two functions through which saved tensors go while a scope is open; of nested scopes the innermost
/// counts.
///
/// @param owned whether packed values are the library's own tensors, which nobody else sees
public record SavedTensorHooks(
    Function<? super Tensor, ?> pack, Function<Object, Tensor> unpack, boolean owned) {

  /// What a scope has said.
  ///
  /// @param disabled why no scope of hooks may be entered, null when it may
  private record Scope(@Nullable SavedTensorHooks hooks, @Nullable String disabled) {}

  private static final Scope NONE = new Scope(null, null);
  private static final ScopedValue<Scope> SCOPE = ScopedValue.newInstance();

  /// Open scopes of all threads. Read without a lock: a thread inside a scope sees its own count.
  private static int open;

  /// Hooks with a packed value of any type.
  @SuppressWarnings("unchecked") // unpack is given only what pack returned
  public static <P> SavedTensorHooks of(
      Function<? super Tensor, P> pack, Function<? super P, Tensor> unpack) {
    return new SavedTensorHooks(pack, packed -> unpack.apply((P) packed), false);
  }

  /// Hooks that copy to the CPU and back.
  public static SavedTensorHooks onCpu() {
    return new SavedTensorHooks(SavedTensorHooks::copied, packed -> ((Copy) packed).back(), true);
  }

  /// A copy on the CPU of what lies elsewhere.
  record Copy(Tensor elements, Device home) {
    Tensor back() {
      Tensor there = elements.to(home);
      return there == elements ? elements.detach() : there;
    }
  }

  private static Copy copied(Tensor tensor) {
    Device home = tensor.device();
    Tensor elements =
        HandleScope.yielding(() -> home.isCpu() ? tensor.clone() : tensor.to(Device.CPU));
    HandleScope.free((EagerTensor) elements);
    return new Copy(elements, home);
  }

  /// What new saved tensors of this thread go through; null for nothing.
  public static @Nullable SavedTensorHooks active() {
    return open == 0 ? null : SCOPE.orElse(NONE).hooks;
  }

  /// Runs with hooks.
  public static <T extends @Nullable Object> T with(SavedTensorHooks hooks, Supplier<T> body) {
    String disabled = SCOPE.orElse(NONE).disabled;
    if (disabled != null) {
      throw new GraphException(disabled);
    }
    return run(new Scope(hooks, null), body);
  }

  /// Runs so that nobody can enter a scope of hooks.
  public static <T extends @Nullable Object> T disabled(String message, Supplier<T> body) {
    if (active() != null) {
      throw new GraphException(message);
    }
    return run(new Scope(null, message), body);
  }

  /// Runs what saves nothing for long, and so is not shown to the hooks around it.
  public static <T extends @Nullable Object> T hidden(Supplier<T> body) {
    return active() == null ? body.get() : ScopedValue.where(SCOPE, NONE).call(body::get);
  }

  private static <T extends @Nullable Object> T run(Scope scope, Supplier<T> body) {
    count(1);
    try {
      return ScopedValue.where(SCOPE, scope).call(body::get);
    } finally {
      count(-1);
    }
  }

  private static synchronized void count(int change) {
    open += change;
  }
}
