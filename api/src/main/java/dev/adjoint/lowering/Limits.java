package dev.adjoint.lowering;

/// What a device can do, as far as plans depend on it.
///
/// @param lanes the most lanes of a group, a power of two
/// @param localBytes memory that the lanes of a group share
/// @param units processors that run groups at the same time
/// @param float64 whether it computes in float64
public record Limits(int lanes, long localBytes, int units, boolean float64) {}
