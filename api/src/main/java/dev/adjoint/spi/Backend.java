package dev.adjoint.spi;

import dev.adjoint.type.Device;
import java.lang.foreign.MemorySegment;

/// One opened device: memory to hold elements in, and a queue of launches that run in order.
///
/// A backend knows no operation by name. It resolves [Row], [Reducer] and [Kernel] to symbols
/// of the kernel library, which is the only list of what can be computed. All methods may be called
/// from any thread.
public interface Backend extends AutoCloseable {

  Device device();

  /// One line for people: the processor's or the card's name and what is used of it.
  String description();

  /// Whether the kernel library has this structured kernel for this type on this device.
  boolean supports(Kernel kernel);

  /// Takes memory from the device, aligned to 64 bytes or better, contents undefined. Rounding,
  /// caching and splitting are the caller's.
  ///
  /// @throws dev.adjoint.type.OutOfMemoryException when the device has no room
  Buffer allocate(long bytes);

  /// Gives memory back to the device, once all launches queued so far have finished with it.
  void free(Buffer buffer);

  /// Copies host bytes to the device; the source may be reused when this returns.
  void upload(MemorySegment source, Buffer target, long targetOffset);

  /// Copies device bytes to the host, after all launches queued so far.
  void download(Buffer source, long sourceOffset, MemorySegment target);

  /// Queues work; a device may return before the work is done.
  void launch(Launch launch);

  /// Waits until everything queued so far is done.
  void synchronize();

  @Override
  void close();
}
