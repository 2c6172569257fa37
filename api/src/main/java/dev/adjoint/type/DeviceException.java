package dev.adjoint.type;

/// Says: a device that cannot be had, fails, or differs from the other operands' device.
public sealed class DeviceException extends TensorException permits OutOfMemoryException {
  private static final long serialVersionUID = 1L;

  public DeviceException(String message) {
    super(message);
  }
}
