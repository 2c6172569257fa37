package dev.adjoint.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Devices;
import dev.adjoint.Tensor;
import dev.adjoint.ops.cases.Elements;
import dev.adjoint.ops.cases.ErrorCase;
import dev.adjoint.ops.cases.ErrorCases;
import dev.adjoint.ops.cases.GoldenFile;
import dev.adjoint.ops.cases.Inputs;
import dev.adjoint.type.Device;
import dev.adjoint.type.TensorException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A wrong call is refused with PyTorch's sentence and changes nothing.
class ErrorTest {

  record Refusal(ErrorCase error, Device device) {
    @Override
    public String toString() {
      return error + " on " + device;
    }

    RuntimeException of(List<Tensor> operands) {
      Inputs inputs = new Inputs(operands, null);
      return assertThrows(
          RuntimeException.class, () -> error.call().accept(inputs), this + " is not refused");
    }
  }

  static List<Refusal> cases() {
    return Devices.presentAndChecked().stream()
        .flatMap(device -> ErrorCases.all().stream().map(error -> new Refusal(error, device)))
        .toList();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void wrongCallIsRefusedInPyTorchsWords(Refusal refusal) {
    ErrorCase error = refusal.error();
    RuntimeException thrown = refusal.of(error.operands(refusal.device()));
    String sentence = GoldenFile.errors().get(error.name());
    String message = String.valueOf(thrown.getMessage());
    assertTrue(
        message.startsWith(sentence),
        () -> refusal + "\ngot:      " + thrown + "\nexpected: " + sentence + "\n");
    assertInstanceOf(TensorException.class, thrown, refusal.toString());
    assertEquals(error.refusal(), thrown.getClass(), refusal + ": " + message);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void refusedCallChangesNothing(Refusal refusal) {
    List<Tensor> operands = refusal.error().operands(refusal.device());
    List<double[]> before = operands.stream().map(Elements::download).toList();
    List<Long> versions = operands.stream().map(Tensor::version).toList();
    refusal.of(operands);
    for (int i = 0; i < operands.size(); i++) {
      String which = refusal + " operand " + i;
      assertArrayEquals(before.get(i), Elements.download(operands.get(i)), which);
      assertEquals(versions.get(i), operands.get(i).version(), which + ", version");
    }
  }
}
