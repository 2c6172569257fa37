/// Operations that take and put elements by index.
@NullMarked
package dev.adjoint.op.index;

import org.jspecify.annotations.NullMarked;
