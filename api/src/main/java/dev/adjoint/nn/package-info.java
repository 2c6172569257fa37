/// What networks are made of: modules with parameters, their initial values, and losses.
@NullMarked
package dev.adjoint.nn;

import org.jspecify.annotations.NullMarked;
