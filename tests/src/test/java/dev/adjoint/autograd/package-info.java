/// Functions of the user's own, checkers, the functional interface.
@NullMarked
package dev.adjoint.autograd;

import org.jspecify.annotations.NullMarked;
