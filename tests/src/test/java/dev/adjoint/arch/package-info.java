/// The rules of the code base itself: who may see whom, and how large things may become.
package dev.adjoint.arch;
