package dev.adjoint;

/// A registered hook; closing it takes the hook away, and closing it again does nothing.
public interface HookHandle extends AutoCloseable {
  @Override
  void close();
}
