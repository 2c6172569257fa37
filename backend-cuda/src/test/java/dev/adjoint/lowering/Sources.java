package dev.adjoint.lowering;

/// Kernels that tests write by hand.
public final class Sources {
  private Sources() {}

  public static KernelSource source(String name, String text) {
    return new KernelSource(name, () -> "", () -> text);
  }
}
