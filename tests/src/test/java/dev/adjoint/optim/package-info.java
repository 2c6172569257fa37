/// Optimisers against PyTorch's numbers, and what they do with memory.
@NullMarked
package dev.adjoint.optim;

import org.jspecify.annotations.NullMarked;
