/// What a user meets: [Tensor] and its methods by family, factories, gradients, scopes.
@NullMarked
package dev.adjoint;

import org.jspecify.annotations.NullMarked;
