package dev.adjoint.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.adjoint.examples.tour.Tour;
import dev.adjoint.type.Device;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class TourTest {

  @Test
  void everyResultIsPyTorchs() {
    StringWriter text = new StringWriter();
    int differences = new Tour(Device.CPU, new PrintWriter(text)).run();
    assertFalse(text.toString().contains("DIFFERS"), text::toString);
    assertEquals(0, differences);
  }
}
