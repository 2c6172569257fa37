/// Where elements lie in memory, and the loops over several such places at once: arithmetic alone.
@NullMarked
package dev.adjoint.memory.layout;

import org.jspecify.annotations.NullMarked;
