package dev.adjoint.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.adjoint.Expect;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Scope;
import dev.adjoint.Tensor;
import dev.adjoint.graph.EagerTensor;
import dev.adjoint.type.ClosedException;
import dev.adjoint.type.GraphException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/// Scopes close in the reverse order of their opening, on the thread that opened them.
class ScopeTest extends OnEachDevice {

  private static void isClosed(Tensor t) {
    assertThrows(ClosedException.class, t::toFloatArray);
  }

  @Test
  void anOuterScopeDoesNotCloseBeforeTheInnerOne() {
    Scope outer = Scope.open();
    Tensor a = vector(1, 2);
    Scope inner = Scope.open();
    Tensor b = vector(3, 4);
    Expect.fails(GraphException.class, "Scope.close: a scope that was opened later", outer::close);
    Expect.values(a, 1, 2);
    Expect.values(b, 3, 4);
    inner.close();
    isClosed(b);
    Expect.values(a, 1, 2);
    outer.close();
    isClosed(a);
  }

  @Test
  void closingTwiceIsClosingOnce() {
    Scope first = Scope.open();
    first.close();
    Scope second = Scope.open();
    Tensor t = vector(1);
    first.close();
    Expect.values(t, 1);
    Tensor later = vector(2); // belongs to the second still
    second.close();
    isClosed(t);
    isClosed(later);
    Tensor free = vector(3);
    first.close();
    second.close();
    Expect.values(free, 3);
  }

  @Test
  void anotherThreadMayNotCloseIt() {
    try (Scope scope = Scope.open()) {
      Tensor t = vector(1, 2);
      CompletionException e =
          assertThrows(
              CompletionException.class, () -> CompletableFuture.runAsync(scope::close).join());
      assertInstanceOf(GraphException.class, e.getCause());
      Expect.values(t, 1, 2);
    }
  }

  @Test
  void tensorsAfterTheLastScopeBelongToNone() {
    Tensor kept;
    try (Scope scope = Scope.open()) {
      kept = scope.keep(vector(1));
    }
    Tensor after = vector(2);
    assertFalse(((EagerTensor) after).isClosed());
    assertEquals(3, kept.add(after).itemLong());
  }
}
