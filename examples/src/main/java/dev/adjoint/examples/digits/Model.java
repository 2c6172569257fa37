package dev.adjoint.examples.digits;

import dev.adjoint.Tensor;
import dev.adjoint.nn.Activation;
import dev.adjoint.nn.BatchNorm2d;
import dev.adjoint.nn.Conv2d;
import dev.adjoint.nn.ConvOptions;
import dev.adjoint.nn.Flatten;
import dev.adjoint.nn.Linear;
import dev.adjoint.nn.MaxPool2d;
import dev.adjoint.nn.Module;
import dev.adjoint.nn.Sequential;
import dev.adjoint.type.Device;

/// What can be trained to recognise a row of 64 pixels.
public enum Model {
  /// One hidden layer.
  MLP("64-256-10") {
    @Override
    Module create(Device device) {
      return new Sequential(
          new Linear(64, 256, device), Activation.RELU, new Linear(256, 10, device));
    }
  },

  /// Two convolutions, each normalised, and a pool after either.
  CONVNET("1@8x8-16@8x8-32@4x4-10") {
    @Override
    Module create(Device device) {
      ConvOptions same = ConvOptions.DEFAULT.padding(1);
      return new Sequential(
          (Tensor x) -> x.view(-1, 1, 8, 8),
          new Conv2d(1, 16, 3, same, device),
          new BatchNorm2d(16, device),
          Activation.RELU,
          new MaxPool2d(2),
          new Conv2d(16, 32, 3, same, device),
          new BatchNorm2d(32, device),
          Activation.RELU,
          new MaxPool2d(2),
          new Flatten(),
          new Linear(128, 10, device));
    }
  };

  private final String sizes;

  Model(String sizes) {
    this.sizes = sizes;
  }

  /// Draws the first weights.
  abstract Module create(Device device);

  /// The sizes of its layers, in one word.
  String sizes() {
    return sizes;
  }
}
