package dev.adjoint.nn;

import dev.adjoint.Tensor;
import dev.adjoint.graph.Placement;
import dev.adjoint.type.Device;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// A function of a tensor that may have parameters. One without is a lambda or a method reference:
/// `new Sequential(new Linear(64, 32), Tensor::tanh, new Linear(32, 10))`.
///
/// Import it by its full name: beside `import dev.adjoint.nn.*` the compiler also sees
/// `java.lang.Module`.
@FunctionalInterface
@SuppressWarnings("JavaLangClash")
public interface Module {

  Tensor forward(Tensor input);

  /// What training changes, in a fixed order, by names such as `0.weight`.
  default SequencedMap<String, Tensor> namedParameters() {
    return new LinkedHashMap<>();
  }

  /// What is part of its state and no parameter, such as running means, by names as the parameters'.
  default SequencedMap<String, Tensor> namedBuffers() {
    return new LinkedHashMap<>();
  }

  /// Puts this and what it is made of into training or out of it. It matters to those that compute
  /// another function then, such as [Dropout] and [BatchNorm2d]; all begin in training.
  default Module train(boolean training) {
    return this;
  }

  /// Into training: see [#train(boolean)].
  default Module train() {
    return train(true);
  }

  /// Out of training: see [#train(boolean)].
  default Module eval() {
    return train(false);
  }

  /// Moves the parameters, their gradients and the buffers to a device. They stay the same tensors, so
  /// that an optimiser that was given them follows.
  ///
  /// @throws dev.adjoint.type.DeviceException when the device cannot be had
  default Module to(Device device) {
    parameters().forEach(p -> Placement.move(p, device));
    namedBuffers().values().forEach(b -> Placement.move(b, device));
    return this;
  }

  /// What training changes, in the order of [#namedParameters].
  default List<Tensor> parameters() {
    return List.copyOf(namedParameters().values());
  }
}
