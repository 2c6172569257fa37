package dev.adjoint.autograd;

import dev.adjoint.Tensor;

/// What a backward can start from, or have its gradient asked for.
public sealed interface Differentiable permits Tensor, GradientEdge {}
