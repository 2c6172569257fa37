/// How fast Adjoint is, beside PyTorch doing the same work: JMH benchmarks, a table of ratios, and how
/// much memory long runs take. Nothing here is tested for correctness; that is the conformance suite's.
@NullMarked
package dev.adjoint.benchmarks;

import org.jspecify.annotations.NullMarked;
