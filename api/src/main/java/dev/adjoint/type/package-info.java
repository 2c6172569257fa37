/// Values that describe tensors: shapes, element types, device names and the exceptions all of
/// Adjoint throws. Knows nothing of memory, graphs or devices that exist.
@NullMarked
package dev.adjoint.type;

import org.jspecify.annotations.NullMarked;
