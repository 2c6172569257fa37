package dev.adjoint.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Tensor;
import dev.adjoint.type.TensorException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A wrong call is refused with PyTorch's sentence and changes nothing.
class ErrorTest {

  static List<ErrorCase> cases() {
    return ErrorCases.all();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void wrongCallIsRefusedInPyTorchsWords(ErrorCase error) {
    Inputs inputs = new Inputs(error.operands().get(), null);
    RuntimeException thrown =
        assertThrows(RuntimeException.class, () -> error.call().accept(inputs));
    String sentence = GoldenFile.errors().get(error.name());
    String message = String.valueOf(thrown.getMessage());
    assertTrue(
        message.startsWith(sentence), () -> "got:      " + thrown + "\nexpected: " + sentence);
    assertInstanceOf(TensorException.class, thrown);
    assertEquals(error.refusal(), thrown.getClass(), message);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void refusedCallChangesNothing(ErrorCase error) {
    List<Tensor> operands = error.operands().get();
    List<double[]> before = operands.stream().map(Elements::download).toList();
    List<Long> versions = operands.stream().map(Tensor::version).toList();
    assertThrows(RuntimeException.class, () -> error.call().accept(new Inputs(operands, null)));
    for (int i = 0; i < operands.size(); i++) {
      assertArrayEquals(before.get(i), Elements.download(operands.get(i)), "operand " + i);
      assertEquals(versions.get(i), operands.get(i).version(), "version of operand " + i);
    }
  }
}
