package dev.adjoint.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Tensor;
import dev.adjoint.ops.cases.Elements;
import dev.adjoint.ops.cases.ErrorCase;
import dev.adjoint.ops.cases.ErrorCases;
import dev.adjoint.ops.cases.GoldenFile;
import dev.adjoint.ops.cases.Inputs;
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
        assertThrows(
            RuntimeException.class, () -> error.call().accept(inputs), error + " is not refused");
    String sentence = GoldenFile.errors().get(error.name());
    String message = String.valueOf(thrown.getMessage());
    assertTrue(
        message.startsWith(sentence),
        () -> error + "\ngot:      " + thrown + "\nexpected: " + sentence + "\n");
    assertInstanceOf(TensorException.class, thrown, error.name());
    assertEquals(error.refusal(), thrown.getClass(), error + ": " + message);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void refusedCallChangesNothing(ErrorCase error) {
    List<Tensor> operands = error.operands().get();
    List<double[]> before = operands.stream().map(Elements::download).toList();
    List<Long> versions = operands.stream().map(Tensor::version).toList();
    Inputs inputs = new Inputs(operands, null);
    assertThrows(
        RuntimeException.class, () -> error.call().accept(inputs), error + " is not refused");
    for (int i = 0; i < operands.size(); i++) {
      assertArrayEquals(before.get(i), Elements.download(operands.get(i)), error + " operand " + i);
      assertEquals(versions.get(i), operands.get(i).version(), error + " version of operand " + i);
    }
  }
}
