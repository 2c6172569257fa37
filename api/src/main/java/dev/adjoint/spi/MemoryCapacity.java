package dev.adjoint.spi;

/// A [Backend] whose device tells how much memory it has.
public interface MemoryCapacity {

  /// What the device has in all, whoever uses it.
  long memoryBytes();
}
