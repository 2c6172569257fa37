/// Runs launches on NVIDIA GPUs: kernels from the lowering, products by cuBLAS where it is.
module dev.adjoint.backend.cuda {
  requires dev.adjoint;
  requires jcuda;
  requires static org.jspecify;

  provides dev.adjoint.spi.BackendProvider with
      dev.adjoint.backend.cuda.CudaProvider;
}
