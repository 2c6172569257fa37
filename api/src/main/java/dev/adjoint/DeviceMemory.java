package dev.adjoint;

import dev.adjoint.memory.CachingAllocator.Statistics;
import dev.adjoint.memory.Devices;
import dev.adjoint.type.Device;

/// How much of a device's memory this process has, in bytes.
///
/// @param live what tensors and graphs hold
/// @param cached what waits for the next tensor
/// @param reserved what was taken from the device
/// @param peak the most that `live` has been
public record DeviceMemory(long live, long cached, long reserved, long peak) {

  /// The state of a device at this moment; opens it if it was not in use.
  ///
  /// @throws dev.adjoint.type.DeviceException when it cannot be had
  public static DeviceMemory of(Device device) {
    Statistics s = Devices.open(device).allocator().statistics();
    return new DeviceMemory(s.live(), s.cached(), s.reserved(), s.peak());
  }
}
