package dev.adjoint.memory.pool;

import dev.adjoint.spi.Backend;
import dev.adjoint.spi.MemoryCapacity;
import dev.adjoint.type.Device;
import dev.adjoint.type.DeviceException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How much memory may be taken from a device: bytes, or a part of what it has.
public final class Limit {
  /// The prefix of properties such as `adjoint.memory.limit.cpu` and `adjoint.memory.limit.cuda:1`.
  public static final String PROPERTY = "adjoint.memory.limit.";

  private static final Pattern VALUE = Pattern.compile("(\\d+)|(\\d+(?:\\.\\d+)?)([kmgt%])");

  private Limit() {}

  /// The limit of the property that names the device, or else its kind; [Long#MAX_VALUE] without one.
  static long ofProperties(Backend backend) {
    Device device = backend.device();
    for (String name : new String[] {device.toString(), device.kind()}) {
      String value = System.getProperty(PROPERTY + name);
      if (value != null) {
        return parse(PROPERTY + name, value, backend);
      }
    }
    return Long.MAX_VALUE;
  }

  /// Bytes, with one of the units k, m, g and t (of 1024), or a part of the device's memory: `2g`, `50%`.
  ///
  /// @throws DeviceException when it is neither
  static long parse(String property, String value, Backend backend) {
    Matcher m = VALUE.matcher(value.strip().toLowerCase(Locale.ROOT));
    if (!m.matches()) {
      throw new DeviceException(
          property
              + "="
              + value
              + ": expected bytes such as 2g or 512m, or a part of the device's memory such as 50%.");
    }
    if (m.group(1) != null) {
      return (long) Double.parseDouble(m.group(1));
    }
    double number = Double.parseDouble(m.group(2));
    String unit = m.group(3);
    return unit.equals("%")
        ? part(number / 100, backend)
        : (long) (number * (1L << 10 * (1 + "kmgt".indexOf(unit))));
  }

  /// A part of the device's memory.
  ///
  /// @throws DeviceException when it is not between 0 and 1, or the device does not tell what it has
  public static long part(double fraction, Backend backend) {
    Device device = backend.device();
    if (!(fraction >= 0 && fraction <= 1)) {
      throw new DeviceException(
          device + ": a memory fraction must be between 0 and 1, but got " + fraction);
    }
    if (!(backend instanceof MemoryCapacity known)) {
      throw new DeviceException(
          device + ": does not tell how much memory it has. Set the limit in bytes.");
    }
    return (long) (fraction * known.memoryBytes());
  }
}
