/// Runs launches on OpenCL devices: kernels from the lowering, products by CLBlast where it is.
module dev.adjoint.backend.opencl {
  requires dev.adjoint;
  requires jocl;
  requires static org.jspecify;

  provides dev.adjoint.spi.BackendProvider with
      dev.adjoint.backend.opencl.OpenClProvider;
}
