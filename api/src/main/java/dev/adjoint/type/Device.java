package dev.adjoint.type;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The name of a device: a kind and an index, as in `cuda:0`; naming one does not open it.
public record Device(String kind, int index) {

  /// The host itself, which every other device exchanges data with.
  public static final Device CPU = new Device("cpu", 0);

  private static final Pattern NAME = Pattern.compile("([a-z]+)(?::(\\d{1,4}))?");

  /// Reads `cpu`, `cuda`, `cuda:1`, `opencl:0`; a missing index is 0.
  ///
  /// @throws DeviceException when the text has another form
  public static Device parse(String name) {
    Matcher m = NAME.matcher(name);
    if (!m.matches()) {
      throw new DeviceException(
          "Invalid device string: '"
              + name
              + "'. Write a kind and an index, such as cpu, cuda:0, opencl:0, or auto.");
    }
    return new Device(m.group(1), m.group(2) == null ? 0 : Integer.parseInt(m.group(2)));
  }

  public boolean isCpu() {
    return kind.equals("cpu");
  }

  /// `cpu` without an index, accelerators with one, as PyTorch prints them.
  @Override
  public String toString() {
    return isCpu() ? kind : kind + ":" + index;
  }
}
