/// What an allocator has of its device: chunks that wait, and what was taken and may be taken.
@NullMarked
package dev.adjoint.memory.pool;

import org.jspecify.annotations.NullMarked;
