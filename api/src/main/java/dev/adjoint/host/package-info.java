/// Tensors from what the host has and back: arrays, numbers, ranges, random numbers, text. No gradient
/// begins or ends here; operations are in `op`, the graph in `graph`.
@NullMarked
package dev.adjoint.host;

import org.jspecify.annotations.NullMarked;
