package dev.adjoint;

import dev.adjoint.memory.Devices;
import dev.adjoint.type.Device;
import java.util.List;

/// What is known of one device, found or not.
///
/// @param device the name it has or would have
/// @param available whether it can be had
/// @param description what it is, or what is missing
/// @param remedy what to do to have it; empty when it is there
public record DeviceInfo(Device device, boolean available, String description, String remedy) {

  /// Every device found, best first, then every kind not found; opens none.
  public static List<DeviceInfo> all() {
    return Devices.explain().stream()
        .map(f -> new DeviceInfo(f.device(), f.available(), f.description(), f.remedy()))
        .toList();
  }
}
