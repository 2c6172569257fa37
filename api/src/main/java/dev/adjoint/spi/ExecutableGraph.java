package dev.adjoint.spi;

/// Launches that a device is given as a whole, any number of times.
@FunctionalInterface
public interface ExecutableGraph extends AutoCloseable {

  /// Queues all of them, in order, after what is queued so far.
  void launch();

  /// Gives back what the device keeps for them, once it has finished with it.
  @Override
  default void close() {}
}
