package dev.adjoint.graph;

import dev.adjoint.Tensor;
import java.util.ArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Closes the tensors made on this thread while it is the innermost open scope, but those taken out.
public final class HandleScope implements AutoCloseable {
  private static final ThreadLocal<@Nullable HandleScope> CURRENT = new ThreadLocal<>();

  private final @Nullable HandleScope outer = CURRENT.get();
  private final ArrayList<EagerTensor> handles = new ArrayList<>(4);
  private final boolean users;

  private HandleScope(boolean users) {
    this.users = users;
  }

  public static HandleScope open() {
    return open(false);
  }

  /// Opens a scope that the user asked for; it also takes what the user's hooks make.
  public static HandleScope openForUser() {
    return open(true);
  }

  private static HandleScope open(boolean users) {
    HandleScope s = new HandleScope(users);
    CURRENT.set(s);
    return s;
  }

  /// Calls the user's code in the midst of internal work: what it makes outlives that work, as if it
  /// had been made outside.
  static <T extends @Nullable Object> T outside(Supplier<T> body) {
    HandleScope inner = CURRENT.get();
    HandleScope s = inner;
    while (s != null && !s.users) {
      s = s.outer;
    }
    CURRENT.set(s);
    try {
      return body.get();
    } finally {
      CURRENT.set(inner);
    }
  }

  /// Does work that leaves one tensor behind; everything else that it makes is closed.
  public static Tensor yielding(Supplier<Tensor> body) {
    try (HandleScope s = open()) {
      Tensor t = body.get();
      s.pass((EagerTensor) t);
      return t;
    }
  }

  static void register(EagerTensor tensor) {
    HandleScope s = CURRENT.get();
    if (s != null) {
      tensor.scope = s;
      s.handles.add(tensor);
    }
  }

  /// Takes a tensor out of whatever scope would close it.
  public static void free(EagerTensor tensor) {
    tensor.scope = null;
  }

  /// Hands a tensor to the innermost open scope, if there is one.
  static void adopt(EagerTensor tensor) {
    tensor.scope = null;
    register(tensor);
  }

  /// Hands a tensor to the scope around this one; with none around, nobody closes it.
  public void pass(EagerTensor tensor) {
    if (tensor.scope == this) {
      tensor.scope = outer;
      if (outer != null) {
        outer.handles.add(tensor);
      }
    }
  }

  @Override
  public void close() {
    if (outer == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(outer);
    }
    for (EagerTensor t : handles) {
      if (t.scope == this) {
        t.close();
      }
    }
    handles.clear();
  }
}
