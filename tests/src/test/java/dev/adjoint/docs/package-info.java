/// Tests that documents tell the truth.
@NullMarked
package dev.adjoint.docs;

import org.jspecify.annotations.NullMarked;
