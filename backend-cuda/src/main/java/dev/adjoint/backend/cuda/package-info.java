/// The CUDA backend. JCuda finds devices, retains contexts and loads modules; what runs once per
/// launch or transfer, or is newer than JCuda, goes through [dev.adjoint.backend.cuda.Driver].
/// Results become exceptions in [dev.adjoint.backend.cuda.CudaStatus] alone.
///
/// The driver's functions act on the context that is current on the OS thread. A virtual thread
/// changes its carrier only where it blocks, so locks are taken first, then
/// [dev.adjoint.backend.cuda.CudaContext#makeCurrent] is called, and nothing blocks between it and
/// the last call of the batch, unless that is the driver itself.
@NullMarked
package dev.adjoint.backend.cuda;

import org.jspecify.annotations.NullMarked;
