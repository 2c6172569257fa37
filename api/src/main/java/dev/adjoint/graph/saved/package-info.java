/// What becomes of tensors that nodes save: packed by the user's functions, or kept as they were while the
/// program goes on writing.
@NullMarked
package dev.adjoint.graph.saved;

import org.jspecify.annotations.NullMarked;
