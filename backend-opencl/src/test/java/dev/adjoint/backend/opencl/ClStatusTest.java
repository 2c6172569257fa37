package dev.adjoint.backend.opencl;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.type.Device;
import dev.adjoint.type.DeviceException;
import dev.adjoint.type.OutOfMemoryException;
import org.jocl.CLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClStatusTest {
  private static final Device DEVICE = new Device("opencl", 1);

  @ParameterizedTest
  @CsvSource({
    "0, CL_SUCCESS (0)",
    "-5, CL_OUT_OF_RESOURCES (-5)",
    "-11, CL_BUILD_PROGRAM_FAILURE (-11)",
    "-19, CL_KERNEL_ARG_INFO_NOT_AVAILABLE (-19)",
    "-25, a driver's own status (-25)",
    "-30, CL_INVALID_VALUE (-30)",
    "-36, CL_INVALID_COMMAND_QUEUE (-36)",
    "-46, CL_INVALID_KERNEL_NAME (-46)",
    "-54, CL_INVALID_WORK_GROUP_SIZE (-54)",
    "-61, CL_INVALID_BUFFER_SIZE (-61)",
    "-71, CL_INVALID_SPEC_ID (-71)",
    "-72, CL_MAX_SIZE_RESTRICTION_EXCEEDED (-72)",
    "-1001, CL_PLATFORM_NOT_FOUND_KHR (-1001)",
    "7, a driver's own status (7)"
  })
  void statusesHaveTheirNames(int status, String name) {
    assertEquals(name, ClStatus.name(status));
  }

  @ParameterizedTest
  @ValueSource(ints = {-4, -6, -61})
  void shortMemoryIsItsOwnException(int status) {
    assertTrue(ClStatus.exception(status, DEVICE, "add [2]") instanceof OutOfMemoryException);
  }

  @Test
  void theMessageNamesDeviceOpAndStatusAndWhatToDo() {
    DeviceException e =
        assertThrows(DeviceException.class, () -> ClStatus.check(-54, DEVICE, () -> "add [2, 3]"));
    assertEquals(
        "opencl:1: add [2, 3]: CL_INVALID_WORK_GROUP_SIZE (-54). Run with a smaller"
            + " -Dadjoint.opencl.lanes=<power of two>, such as 64.",
        e.getMessage());
    assertDoesNotThrow(() -> ClStatus.check(0, DEVICE, () -> "add"));
  }

  @Test
  void aStatusMayComeAsJoclsException() {
    assertEquals(
        -34,
        ClStatus.of(() -> {
          throw new CLException("thrown", -34);
        }));
    DeviceException e =
        assertThrows(
            DeviceException.class,
            () ->
                ClStatus.made(
                    DEVICE,
                    "a queue",
                    s -> {
                      throw new CLException("thrown", -34);
                    }));
    assertTrue(e.getMessage().contains("CL_INVALID_CONTEXT (-34)"), e::getMessage);
  }
}
