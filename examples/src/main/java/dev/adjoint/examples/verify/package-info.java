/// Running the test suite on one device, and what came of it.
@NullMarked
package dev.adjoint.examples.verify;

import org.jspecify.annotations.NullMarked;
