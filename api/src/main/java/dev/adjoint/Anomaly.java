package dev.adjoint;

/// Values that [Autograd#detectAnomaly(Runnable, Anomaly...)] looks for.
public enum Anomaly {
  /// Not a number.
  NAN,
  /// Infinity of either sign.
  INFINITY
}
