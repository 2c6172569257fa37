/// What a driver's compiler has made of kernel sources, kept in memory and on disk.
@NullMarked
package dev.adjoint.lowering.compiled;

import org.jspecify.annotations.NullMarked;
