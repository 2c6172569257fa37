/// Runs operations, records them, and walks back. [Dispatch] is the one door from an operation to a
/// kernel; [BackwardPass] is the walk.
@NullMarked
package dev.adjoint.graph;

import org.jspecify.annotations.NullMarked;
