package dev.adjoint;

/// Products of vectors and matrices.
public sealed interface MatrixOps permits Tensor {}
