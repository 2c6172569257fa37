package dev.adjoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.type.TensorException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.function.Executable;

/// Assertions in the words of the tests: what a tensor holds, prints, and what an error says.
public final class Expect {
  private Expect() {}

  /// Asserts the elements in row-major order, exactly.
  public static void values(@Nullable Tensor actual, double... expected) {
    assertNotNull(actual, "there is no tensor");
    assertArrayEquals(expected, actual.toDoubleArray(), () -> "elements of " + actual);
  }

  /// Asserts the elements in row-major order within a relative distance.
  public static void close(@Nullable Tensor actual, double relative, double... expected) {
    assertNotNull(actual, "there is no tensor");
    double[] found = actual.toDoubleArray();
    assertEquals(expected.length, found.length, "number of elements");
    for (int i = 0; i < found.length; i++) {
      double distance = relative * Math.max(1, Math.abs(expected[i]));
      assertEquals(expected[i], found[i], distance, "element " + i + " of " + actual);
    }
  }

  /// Asserts the shape.
  public static void shape(Tensor actual, long... sizes) {
    assertEquals(Tensors.shape(sizes), actual.shape());
  }

  /// Asserts the printed form, exactly.
  public static void prints(String expected, Object actual) {
    assertEquals(expected, String.valueOf(actual));
  }

  /// Asserts that it throws exactly this kind of exception with a message that begins so.
  public static void fails(
      Class<? extends TensorException> kind, String beginning, Executable body) {
    TensorException e = assertThrows(TensorException.class, body);
    assertEquals(kind, e.getClass(), () -> "kind of: " + e.getMessage());
    assertTrue(
        e.getMessage().startsWith(beginning),
        () -> "expected: " + beginning + "\nbut was:  " + e.getMessage());
  }

  /// The names of a node's next functions, `-` for none, with the index of the result.
  public static String next(@Nullable GradFn node) {
    assertNotNull(node, "there is no node");
    List<String> names =
        node.nextFunctions().stream()
            .map(e -> e.function() == null ? "-" : e.function().name() + " " + e.index())
            .toList();
    return String.join(", ", names).replace("torch::autograd::", "");
  }

  /// The gradient of a tensor that must have one.
  public static Tensor gradOf(Tensor tensor) {
    Tensor grad = tensor.grad();
    assertNotNull(grad, "no gradient was collected");
    return grad;
  }
}
