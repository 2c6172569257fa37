/// What `adjoint verify` starts: the suite in a process without Maven.
package dev.adjoint.verify;
