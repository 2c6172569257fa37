/// What users have done at nodes while gradients pass: to gradients of results, before and after formulas,
/// and when a leaf has collected.
@NullMarked
package dev.adjoint.graph.hook;

import org.jspecify.annotations.NullMarked;
