package dev.adjoint.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.adjoint.Devices;
import dev.adjoint.type.Device;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// `docs/ops.md` has a row for each operation and a column for each device that is present; what stands
/// in the cells is checked where it is found, in [Conformance].
@Tag("sources")
class OpMatrixTest {

  @Test
  void thePageHasARowPerOperationAndAColumnPerDevice() throws IOException {
    OpMatrix matrix = OpMatrix.committed();
    if (OpMatrix.isToBeWritten()) {
      Devices.present().forEach(matrix::run);
      Files.writeString(OpMatrix.path(), matrix.page());
      return;
    }
    for (Device device : Devices.present()) {
      assertTrue(matrix.hasColumn(device.kind()), device + ": " + OpMatrix.STALE);
    }
    assertEquals(matrix.page(), Files.readString(OpMatrix.path()), OpMatrix.STALE);
  }
}
