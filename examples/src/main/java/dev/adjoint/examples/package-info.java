/// The commands of the launcher script `adjoint`: what a user types, and what each answers.
@NullMarked
package dev.adjoint.examples;

import org.jspecify.annotations.NullMarked;
