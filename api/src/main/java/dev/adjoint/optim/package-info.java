/// Optimisers: they change parameters in place, by their gradients and what they remember of earlier
/// ones. PyTorch's rules and defaults.
@NullMarked
package dev.adjoint.optim;

import org.jspecify.annotations.NullMarked;
