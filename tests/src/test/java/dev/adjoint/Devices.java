package dev.adjoint;

import dev.adjoint.memory.CheckingBackend;
import dev.adjoint.memory.OpenDevice;
import dev.adjoint.type.Device;
import dev.adjoint.type.DeviceException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The devices of this machine: those that the tests run on, each as it is and once more with every
/// launch checked, and those that they don't, with the reason.
///
/// The property `adjoint.devices`, such as `cpu,opencl:0`, names devices that must be present; the
/// property `adjoint.device` names the only one that tests run on.
public final class Devices {
  private static final String ONLY = System.getProperty("adjoint.device");
  private static final List<String> KNOWN =
      ONLY != null ? List.of(ONLY) : List.of("cpu", "cuda:0", "opencl:0");
  private static final Map<String, String> ABSENT = new LinkedHashMap<>();
  private static final List<Device> PRESENT = probe();
  private static final List<Device> CHECKED = checkers();

  private Devices() {}

  /// The devices as users name them.
  public static List<Device> present() {
    return PRESENT;
  }

  /// The devices, then for each the same one behind a [CheckingBackend], as `checked:0` and so on.
  public static List<Device> presentAndChecked() {
    List<Device> all = new ArrayList<>(PRESENT);
    all.addAll(CHECKED);
    return all;
  }

  /// Every device that is not the CPU to the runtime; a checked CPU is one of them, so there is one.
  public static List<Device> besideTheCpu() {
    return presentAndChecked().stream().filter(d -> !d.isCpu()).toList();
  }

  /// The reason by the name of each known device that nothing runs on.
  public static Map<String, String> absent() {
    return ABSENT;
  }

  /// Names that were demanded and are not present.
  public static List<String> missing() {
    List<String> names = PRESENT.stream().map(Device::toString).toList();
    String demanded = System.getProperty("adjoint.devices", "cpu");
    return List.of(demanded.split(",")).stream().filter(name -> !names.contains(name)).toList();
  }

  private static List<Device> probe() {
    List<Device> present = new ArrayList<>();
    for (String name : KNOWN) {
      try {
        present.add(Tensors.device(name));
      } catch (DeviceException e) {
        ABSENT.put(name, String.valueOf(e.getMessage()));
      }
    }
    return List.copyOf(present);
  }

  private static List<Device> checkers() {
    List<Device> checked = new ArrayList<>();
    for (Device device : PRESENT) {
      Device name = new Device("checked", checked.size());
      OpenDevice trusted = dev.adjoint.memory.Devices.open(device);
      CheckingBackend checking = CheckingBackend.of(name, trusted.backend());
      dev.adjoint.memory.Devices.register(new OpenDevice(checking));
      checked.add(name);
    }
    return List.copyOf(checked);
  }
}
