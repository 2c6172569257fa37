package dev.adjoint.spi;

import java.util.List;

/// A kind of device, found through [java.util.ServiceLoader]. Probing never throws and never
/// loads a native library whose absence would be an error.
public interface BackendProvider {

  /// The device string's first part: `cpu`, `cuda`, `opencl`.
  String kind();

  /// Looks for devices: one entry per device found, or a single entry that says why there is none.
  List<Probe> probe();

  /// Opens the device of this index, which [#probe] found.
  ///
  /// @throws dev.adjoint.type.DeviceException with the reason and the remedy when it cannot be opened
  Backend open(int index);

  /// What a probe found at one index, or did not find.
  ///
  /// @param available whether [BackendProvider#open] is expected to succeed
  /// @param index the device's index; 0 when nothing was found
  /// @param description the device's name when available, else what is missing
  /// @param remedy what to do to make it available; empty when it is
  /// @param preference higher is preferred by `auto`; the CPU's is 0, and below it are devices that
  ///     are for tests only
  record Probe(boolean available, int index, String description, String remedy, int preference) {

    public static Probe found(int index, String description, int preference) {
      return new Probe(true, index, description, "", preference);
    }

    public static Probe missing(String description, String remedy) {
      return new Probe(false, 0, description, remedy, 0);
    }
  }
}
