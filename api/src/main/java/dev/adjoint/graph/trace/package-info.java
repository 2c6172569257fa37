/// Where nodes were recorded, what their values were, and what a graph keeps: all that explains a graph
/// and computes nothing for it.
@NullMarked
package dev.adjoint.graph.trace;

import org.jspecify.annotations.NullMarked;
