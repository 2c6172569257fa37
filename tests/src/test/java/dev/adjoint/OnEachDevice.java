package dev.adjoint;

import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// Tests that hold on every device.
@ParameterizedClass(name = "{0}")
@MethodSource("dev.adjoint.Devices#presentAndChecked")
public abstract class OnEachDevice extends OnADevice {}
