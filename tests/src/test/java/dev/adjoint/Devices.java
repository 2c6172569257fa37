package dev.adjoint;

import dev.adjoint.memory.CheckingBackend;
import dev.adjoint.memory.OpenDevice;
import dev.adjoint.type.Device;
import dev.adjoint.type.DeviceException;
import java.util.ArrayList;
import java.util.List;

/// The devices of this machine, each as it is and once more with every launch checked.
public final class Devices {
  private static final List<String> KNOWN = List.of("cpu", "cuda:0", "opencl:0");
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

  private static List<Device> probe() {
    List<Device> present = new ArrayList<>();
    for (String name : KNOWN) {
      try {
        present.add(Tensors.device(name));
      } catch (DeviceException absent) {
        // The conformance suite reports absent devices once, with the reason.
      }
    }
    return List.copyOf(present);
  }

  private static List<Device> checkers() {
    List<Device> checked = new ArrayList<>();
    for (Device device : PRESENT) {
      Device name = new Device("checked", checked.size());
      CheckingBackend backend =
          new CheckingBackend(name, dev.adjoint.memory.Devices.open(device).backend());
      if (backend.seesMemory()) {
        dev.adjoint.memory.Devices.register(new OpenDevice(backend));
        checked.add(name);
      }
    }
    return List.copyOf(checked);
  }
}
