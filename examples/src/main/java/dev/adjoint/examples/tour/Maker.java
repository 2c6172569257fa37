package dev.adjoint.examples.tour;

import dev.adjoint.Tensor;
import dev.adjoint.Tensors;
import dev.adjoint.type.DType;
import dev.adjoint.type.Device;

/// The factories that the pages use, for a device; the statements shown leave it out.
record Maker(Device device) {

  Tensor tensor(float... values) {
    return Tensors.tensor(values, DType.FLOAT32, device);
  }

  Tensor doubles(double... values) {
    return Tensors.tensor(values, DType.FLOAT64, device);
  }

  Tensor scalar(float value) {
    return Tensors.tensor(value, DType.FLOAT32, device);
  }

  Tensor ones(long... sizes) {
    return Tensors.ones(Tensors.shape(sizes), DType.FLOAT32, device);
  }

  Tensor zeros(long... sizes) {
    return Tensors.zeros(Tensors.shape(sizes), DType.FLOAT32, device);
  }
}
