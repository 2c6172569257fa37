/// What tensors, devices and nodes look like in print.
package dev.adjoint.printing;
