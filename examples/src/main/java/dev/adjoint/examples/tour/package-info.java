/// What the pages that Adjoint began from show of PyTorch's autograd, statement by statement, with
/// what PyTorch 2.13 prints. One class per page.
@NullMarked
package dev.adjoint.examples.tour;

import org.jspecify.annotations.NullMarked;
