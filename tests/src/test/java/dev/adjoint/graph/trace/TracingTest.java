package dev.adjoint.graph.trace;

import static dev.adjoint.GradOption.CREATE_GRAPH;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Autograd;
import dev.adjoint.OnEachDevice;
import dev.adjoint.Tensor;
import dev.adjoint.graph.Node;
import dev.adjoint.nn.Linear;
import dev.adjoint.type.GraphException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/// Messages that name the line of the program that recorded a node, or overwrote what it saved.
class TracingTest extends OnEachDevice {
  private static final String HOW =
      "run with -Dadjoint.tracing=true or inside Autograd.tracing(...)";

  private static int line() {
    return StackWalker.getInstance().walk(s -> s.skip(1).findFirst().orElseThrow().getLineNumber());
  }

  private static String place(int line) {
    return "(TracingTest.java:" + line + ")";
  }

  private static String failure(Tensor root) {
    return assertThrows(GraphException.class, root::backward).getMessage();
  }

  private Tensor overwritten(int[] lines) {
    Tensor x = leaf(1, 2);
    lines[0] = line();
    Tensor y = x.exp();
    Tensor z = y.sum();
    lines[1] = line();
    y.add_(1);
    return z;
  }

  @Test
  void aVersionErrorNamesTheLinesThatSavedAndWrote() {
    int[] lines = new int[2];
    String message = failure(Autograd.tracing(() -> overwritten(lines)));
    assertTrue(
        message.contains("`add_ at " + TracingTest.class.getName() + ".overwritten"), message);
    assertTrue(message.contains(place(lines[1] + 1) + "` overwrote it"), message);
    assertTrue(message.endsWith(place(lines[0] + 1) + "."), message);
  }

  @Test
  void aSecondBackwardNamesTheLineOfTheNode() {
    Tensor x = leaf(1, 2);
    int before = line();
    Tensor y = Autograd.tracing(() -> x.exp().sum());
    y.backward();
    String message = failure(y);
    assertTrue(message.contains("The node is ExpBackward0"), message);
    assertTrue(message.endsWith(place(before + 1) + "."), message);
  }

  @Test
  void withoutTracingMessagesSayHowToTurnItOn() {
    String message = failure(overwritten(new int[2]));
    assertTrue(message.contains("`add_` overwrote it"), message);
    assertTrue(message.contains(HOW), message);
    assertFalse(message.contains("TracingTest.java"), message);
  }

  @Test
  void theCallersLineIsNamedNotTheLibrarys() {
    Linear layer = new Linear(2, 1);
    layer.to(device);
    Tensor x = matrix(row(1, 2));
    int before = line();
    Tensor y = Autograd.tracing(() -> layer.forward(x).sum());
    y.backward();
    assertTrue(failure(y).endsWith(place(before + 1) + "."));
  }

  @Test
  void tracingEndsWithItsBody() {
    Tensor x = leaf(1, 2);
    assertThrows(
        IllegalStateException.class,
        () ->
            Autograd.tracing(() -> {
              throw new IllegalStateException("thrown by the body");
            }));
    Tensor y = x.exp().sum();
    y.backward();
    assertTrue(failure(y).contains(HOW));
  }

  @Test
  void otherThreadsAreNotTraced() {
    Tensor x = leaf(1, 2);
    Tensor y = Autograd.tracing(() -> CompletableFuture.supplyAsync(() -> x.exp().sum()).join());
    y.backward();
    assertTrue(failure(y).contains(HOW));
  }

  @Test
  void aNodeOfASecondDerivativeNamesTheNodeWhoseFormulaItBelongsTo() {
    Tensor x = leaf(1, 2);
    Tensor slope = Autograd.tracing(() -> Autograd.grad(x.sin().sum(), x, CREATE_GRAPH));
    Node made = (Node) slope.gradFn();
    Throwable cause = made.trace().asCause(made.name());
    assertEquals("MulBackward0 was recorded here, in the forward pass.", cause.getMessage());
    assertEquals(
        "Previous calculation was induced by SinBackward0.", cause.getCause().getMessage());
    StackTraceElement[] forward = cause.getCause().getCause().getStackTrace();
    assertEquals(TracingTest.class.getName(), forward[0].getClassName());
  }
}
