package dev.adjoint.type;

/// Says: the device has no room for an allocation, even after unreachable and cached memory was
/// given back; the runtime stays usable.
public final class OutOfMemoryException extends DeviceException {
  private static final long serialVersionUID = 1L;

  public OutOfMemoryException(String message) {
    super(message);
  }
}
