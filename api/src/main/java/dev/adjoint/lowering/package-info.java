/// Turns launches into kernel source and flat arguments, for devices that compile when they run.
///
/// What belongs here: text in the words of `native-kernels/dialect`, the plan of who computes what,
/// and the numbers a kernel is handed. What does not: any call of a driver, and any dialect's own
/// spelling. A backend compiles a [KernelSource], keeps it, and runs [KernelLaunch]es in order.
@NullMarked
package dev.adjoint.lowering;

import org.jspecify.annotations.NullMarked;
