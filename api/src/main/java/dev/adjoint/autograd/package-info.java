/// What extends and checks differentiation: functions of the user's own, gradients against finite
/// differences, Jacobians and products with them.
@NullMarked
package dev.adjoint.autograd;

import org.jspecify.annotations.NullMarked;
