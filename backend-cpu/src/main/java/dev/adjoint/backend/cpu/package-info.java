/// The CPU backend. [dev.adjoint.backend.cpu.NativeKernels] alone crosses into C; what is written
/// for C to read is laid out as `native-kernels/cpu/launch.h` and `fold.c` say.
@NullMarked
package dev.adjoint.backend.cpu;

import org.jspecify.annotations.NullMarked;
