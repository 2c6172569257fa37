/// Which functions of the library a program becomes, and where its values are.
@NullMarked
package dev.adjoint.backend.cpu.code;

import org.jspecify.annotations.NullMarked;
