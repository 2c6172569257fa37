/// What a backend provides, and the plain data it is asked to run. A backend sees buffers, programs
/// and numbers, never a tensor: grad mode, versions and saved tensors are not its to bypass.
@NullMarked
package dev.adjoint.spi;

import org.jspecify.annotations.NullMarked;
