package dev.adjoint.graph;

import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/// Closes the tensors made on this thread while it is the innermost open scope, but those taken out.
public final class HandleScope implements AutoCloseable {
  private static final ThreadLocal<@Nullable HandleScope> CURRENT = new ThreadLocal<>();

  private final @Nullable HandleScope outer = CURRENT.get();
  private final ArrayList<EagerTensor> handles = new ArrayList<>(4);

  private HandleScope() {}

  public static HandleScope open() {
    HandleScope s = new HandleScope();
    CURRENT.set(s);
    return s;
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
