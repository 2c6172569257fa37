/// Tensors, their operations and reverse-mode differentiation; knows no device.
module dev.adjoint {
  exports dev.adjoint;
  exports dev.adjoint.autograd;
  exports dev.adjoint.nn;
  exports dev.adjoint.optim;
  exports dev.adjoint.type;
  exports dev.adjoint.event to
      dev.adjoint.backend.cuda;
  exports dev.adjoint.lowering to
      dev.adjoint.backend.cuda,
      dev.adjoint.backend.opencl;
  exports dev.adjoint.lowering.compiled to
      dev.adjoint.backend.cuda,
      dev.adjoint.backend.opencl;
  exports dev.adjoint.spi to
      dev.adjoint.backend.cpu,
      dev.adjoint.backend.cuda,
      dev.adjoint.backend.opencl;

  requires jdk.jfr;
  requires static com.google.errorprone.annotations;
  requires static org.jspecify;

  uses dev.adjoint.spi.BackendProvider;
}
