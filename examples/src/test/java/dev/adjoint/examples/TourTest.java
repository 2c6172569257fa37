package dev.adjoint.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.adjoint.DeviceInfo;
import dev.adjoint.Tensors;
import dev.adjoint.examples.tour.Tour;
import dev.adjoint.type.Device;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TourTest {

  /// All that are present, or the only one that is asked for.
  static List<Device> devices() {
    String only = System.getProperty("adjoint.device");
    if (only != null) {
      return List.of(Tensors.device(only));
    }
    return DeviceInfo.all().stream().filter(DeviceInfo::available).map(DeviceInfo::device).toList();
  }

  @ParameterizedTest
  @MethodSource("devices")
  void everyResultIsPyTorchs(Device device) {
    StringWriter text = new StringWriter();
    int differences = new Tour(device, new PrintWriter(text)).run();
    assertFalse(text.toString().contains("DIFFERS"), text::toString);
    assertEquals(0, differences);
  }
}
