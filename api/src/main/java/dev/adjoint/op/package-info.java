/// What each operation means: types, shapes, what it saves, and its derivative written in tensor
/// methods. One component with [dev.adjoint] and [dev.adjoint.graph]: formulas are made of
/// tensor methods, and a tensor method names its operation.
@NullMarked
package dev.adjoint.op;

import org.jspecify.annotations.NullMarked;
