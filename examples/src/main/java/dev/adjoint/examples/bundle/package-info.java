/// Making one archive of a clone that runs where nothing is installed.
@NullMarked
package dev.adjoint.examples.bundle;

import org.jspecify.annotations.NullMarked;
