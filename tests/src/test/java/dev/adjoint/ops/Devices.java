package dev.adjoint.ops;

import dev.adjoint.Tensors;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;
import dev.adjoint.type.DeviceException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The devices of this machine that the suite runs on, and why not on the others.
///
/// The property `adjoint.devices`, such as `cpu,opencl:0`, names devices that must be present.
final class Devices {

  private static final List<String> KNOWN = List.of("cpu", "cuda:0", "opencl:0");
  private static final Map<String, String> ABSENT = new LinkedHashMap<>();
  private static final List<Device> PRESENT = probe();

  private Devices() {}

  static List<Device> present() {
    return PRESENT;
  }

  /// The reason by the name of each known device that does not run.
  static Map<String, String> absent() {
    return ABSENT;
  }

  /// Names that were demanded and are not present.
  static List<String> missing() {
    String demanded = System.getProperty("adjoint.devices", "cpu");
    return List.of(demanded.split(",")).stream().filter(ABSENT::containsKey).toList();
  }

  private static List<Device> probe() {
    List<Device> present = new ArrayList<>();
    for (String name : KNOWN) {
      try {
        Device device = Tensors.device(name);
        Tensors.zeros(Tensors.shape(1), DType.FLOAT32, device).item();
        present.add(device);
      } catch (DeviceException e) {
        ABSENT.put(name, String.valueOf(e.getMessage()));
      }
    }
    return List.copyOf(present);
  }
}
