package dev.adjoint.examples.verify;

import dev.adjoint.type.Device;

/// What can be verified by itself.
public enum Part {
  /// Every operation against PyTorch's numbers.
  CONFORMANCE("tests", "dev\\.adjoint\\.ops\\."),
  /// The graph, memory, layers, optimisers, printing.
  AUTOGRAD("tests", "(?!dev\\.adjoint\\.ops\\.)"),
  /// The device's own tests.
  BACKEND("backend-", ""),
  /// The statements of the tour.
  TOUR("examples", ".*\\.TourTest$"),
  /// Training on the handwritten digits.
  DIGITS("examples", ".*\\.TrainingTest$");

  private final String module;
  private final String classes;

  Part(String module, String classes) {
    this.module = module;
    this.classes = classes;
  }

  /// Whether some of its tests can stand for all.
  public boolean isLarge() {
    return this != TOUR && this != DIGITS;
  }

  /// The module whose tests they are.
  public String module(Device device) {
    return this == BACKEND ? module + device.kind() : module;
  }

  /// A regular expression for the names of the test classes in which another one is found.
  public String classes(String containing) {
    return "(?=" + classes + ")(?=.*Test$)(?=.*(?:" + containing + ")).*";
  }

  /// As it is written on the command line.
  @Override
  public String toString() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
