/// Drives the backend through its interface, against plain Java.
@NullMarked
package dev.adjoint.backend.cpu;

import org.jspecify.annotations.NullMarked;
