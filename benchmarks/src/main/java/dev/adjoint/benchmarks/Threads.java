package dev.adjoint.benchmarks;

/// How many threads every side may use.
public final class Threads {
  private static final String PROPERTY = "adjoint.cpu.threads";

  private Threads() {}

  /// Two, unless the property with which one tells Adjoint says otherwise.
  public static int count() {
    return Integer.getInteger(PROPERTY, 2);
  }

  /// Holds Adjoint to [#count]; to be called before its first operation.
  static void holdAdjoint() {
    System.setProperty(PROPERTY, Integer.toString(count()));
  }
}
