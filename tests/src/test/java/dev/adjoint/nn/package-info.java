/// Modules: what they compute, which parameters they name, how they start.
@NullMarked
package dev.adjoint.nn;

import org.jspecify.annotations.NullMarked;
