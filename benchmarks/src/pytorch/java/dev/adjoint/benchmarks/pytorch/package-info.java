/// PyTorch's side of the table through DJL, in the same JVM: the benchmarks of the parent package,
/// under the same names. Compiled with `-Ppytorch` only.
@NullMarked
package dev.adjoint.benchmarks.pytorch;

import org.jspecify.annotations.NullMarked;
