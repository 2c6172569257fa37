/// Runs launches on the host's processor: kernels in C, products by a BLAS.
module dev.adjoint.backend.cpu {
  requires dev.adjoint;
  requires static org.jspecify;

  provides dev.adjoint.spi.BackendProvider with
      dev.adjoint.backend.cpu.CpuProvider;
}
