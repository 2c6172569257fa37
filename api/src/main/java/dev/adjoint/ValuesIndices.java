package dev.adjoint;

/// Elements chosen along a dimension, and where they were.
///
/// @param values the elements; differentiable
/// @param indices their places along the dimension, as int64
public record ValuesIndices(Tensor values, Tensor indices) {}
