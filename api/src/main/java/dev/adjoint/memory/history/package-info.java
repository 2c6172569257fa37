/// Who asked for memory: calls of the user's, and whether they are recorded.
@NullMarked
package dev.adjoint.memory.history;

import org.jspecify.annotations.NullMarked;
