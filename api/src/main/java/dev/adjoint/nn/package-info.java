/// What networks are made of: modules with parameters, initial values, losses. Built on the public
/// operations alone, so anything here could be written outside.
@NullMarked
package dev.adjoint.nn;

import org.jspecify.annotations.NullMarked;
