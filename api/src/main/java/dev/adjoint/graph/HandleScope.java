package dev.adjoint.graph;

import static java.util.Objects.requireNonNull;

import dev.adjoint.Tensor;
import dev.adjoint.memory.Window;
import dev.adjoint.type.GraphException;
import java.util.ArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Closes the tensors made on this thread while it is the innermost open scope, but those taken out.
public final class HandleScope implements AutoCloseable {

  /// A thread's innermost scope.
  private static final class Innermost {
    @Nullable HandleScope scope;
  }

  private static final ThreadLocal<Innermost> INNERMOST = ThreadLocal.withInitial(Innermost::new);

  private final Innermost innermost;
  private final @Nullable HandleScope outer;
  private final ArrayList<EagerTensor> handles = new ArrayList<>();
  private final boolean users;

  private HandleScope(boolean users) {
    this.innermost = INNERMOST.get();
    this.outer = innermost.scope;
    this.users = users;
    innermost.scope = this;
  }

  public static HandleScope open() {
    return new HandleScope(false);
  }

  /// Opens a scope that the user asked for; it also takes what the user's hooks make.
  public static HandleScope openForUser() {
    return new HandleScope(true);
  }

  /// The innermost open scope; there must be one.
  static HandleScope current() {
    return requireNonNull(INNERMOST.get().scope);
  }

  /// Calls the user's code in the midst of internal work: what it makes outlives that work, as if it
  /// had been made outside.
  public static <T extends @Nullable Object> T outside(Supplier<T> body) {
    Innermost innermost = INNERMOST.get();
    HandleScope inner = innermost.scope;
    HandleScope s = inner;
    while (s != null && !s.users) {
      s = s.outer;
    }
    innermost.scope = s;
    try {
      return Window.outsideWalks(body);
    } finally {
      innermost.scope = inner;
    }
  }

  /// The body as another thread may run it while this one waits: in this thread's scopes.
  public static <T extends @Nullable Object> Supplier<T> carried(Supplier<T> body) {
    HandleScope here = INNERMOST.get().scope;
    return () -> {
      Innermost innermost = INNERMOST.get();
      HandleScope before = innermost.scope;
      innermost.scope = here;
      try {
        return body.get();
      } finally {
        innermost.scope = before;
      }
    };
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
    HandleScope s = INNERMOST.get().scope;
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

  /// A place in the order in which tensors are made, for [#closeSince].
  int mark() {
    return handles.size();
  }

  /// Closes what was made after a mark, as if a scope had been opened there.
  void closeSince(int mark) {
    for (int i = handles.size() - 1; i >= mark; i--) {
      EagerTensor t = handles.removeLast();
      if (t.scope == this) {
        t.close();
      }
    }
  }

  @Override
  public void close() {
    if (innermost.scope == this) {
      innermost.scope = outer;
    }
    closeSince(0);
  }

  /// As [#close], for a scope that the user closes, who may do so twice, too early or on another thread.
  public void closeForUser() {
    if (INNERMOST.get() != innermost) {
      throw new GraphException(
          "Scope.close: the scope was opened on another thread than "
              + Thread.currentThread()
              + ", and only that thread may close it. Close it there, with try-with-resources.");
    }
    HandleScope open = innermost.scope;
    while (open != null && open != this) {
      open = open.outer;
    }
    if (open == this && innermost.scope != this) {
      throw new GraphException(
          "Scope.close: a scope that was opened later is still open. Close that one first;"
              + " try-with-resources keeps the order.");
    }
    close();
  }
}
