/// The modes of a thread that decide what is recorded and how a pass treats zeros; they know no tensor's
/// insides.
@NullMarked
package dev.adjoint.graph.mode;

import org.jspecify.annotations.NullMarked;
