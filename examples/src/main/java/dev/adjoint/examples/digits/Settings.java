package dev.adjoint.examples.digits;

import dev.adjoint.type.Device;

/// What a training run depends on: equal settings give equal numbers.
public record Settings(
    int epochs, int batch, double learningRate, long seed, Device device, Model model) {}
