/// Tests of what a flight recording shows.
@NullMarked
package dev.adjoint.event;

import org.jspecify.annotations.NullMarked;
