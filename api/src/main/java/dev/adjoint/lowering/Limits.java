package dev.adjoint.lowering;

/// What a device can do, as far as plans depend on it.
///
/// @param device its name, for messages
/// @param lanes the most lanes of a group, a power of two
/// @param localBytes memory that the lanes of a group share
/// @param units processors that run groups at the same time
/// @param words the most 64-bit words a kernel takes by value
/// @param float64 whether it computes in float64
/// @param ranges whether one lane should take elements side by side, as a CPU's cores like them, and
///     not a grid of lanes
public record Limits(
    String device,
    int lanes,
    long localBytes,
    int units,
    int words,
    boolean float64,
    boolean ranges) {

  /// Of a GPU.
  public Limits(String device, int lanes, long localBytes, int units, int words, boolean float64) {
    this(device, lanes, localBytes, units, words, float64, false);
  }
}
